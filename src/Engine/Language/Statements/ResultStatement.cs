namespace EbpfCat.Language;

/// <summary>Sets the result: the last one is the verdict (or the function's value). The program continues.</summary>
public sealed class ResultStatement(Expression value) : Statement
{
    /// <summary>The verdict by name or number, or the function's value.</summary>
    public Expression Value { get; } = value;
}
