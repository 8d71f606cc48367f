namespace EbpfCat.Tests.Attachments;

/// <summary>
/// Tests that start processes run alone: until a child executes its program, it holds a copy of every descriptor, and
/// links that other tests closed stay attached.
/// </summary>
[CollectionDefinition(Processes, DisableParallelization = true)]
public sealed class Starting
{
    /// <summary>The collection's name.</summary>
    public const string Processes = "Starting processes";
}
