namespace EbpfCat.Language;

/// <summary>Writes a line to the kernel's trace log: text with at most three numbers or strings in it.</summary>
public sealed class DebugStatement(IReadOnlyList<Expression> parts) : Statement
{
    /// <summary>The parts in order: string constants are literal text, all else is formatted.</summary>
    public IReadOnlyList<Expression> Parts { get; } = parts;
}
