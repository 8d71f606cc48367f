namespace EbpfCat.Tests.Attachments;

/// <summary>
/// Tests that start processes, and so run alone: until a child executes its program it holds a copy of every
/// descriptor, and what others have detached by closing theirs stays attached so long.
/// </summary>
[CollectionDefinition(Processes, DisableParallelization = true)]
public sealed class Starting
{
    /// <summary>The collection's name.</summary>
    public const string Processes = "Starting processes";
}
