namespace EbpfCat.Language;

/// <summary>Something that the kernel knows about the moment or the process.</summary>
public sealed class SystemValueExpression(SystemValue value) : Expression
{
    /// <summary>What.</summary>
    public SystemValue Value { get; } = value;
}
