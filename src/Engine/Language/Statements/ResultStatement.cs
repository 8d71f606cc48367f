namespace EbpfCat.Language;

/// <summary>Puts out a value: the last one is the verdict (or the function's value). The program goes on.</summary>
public sealed class ResultStatement(Expression value) : Statement
{
    /// <summary>The verdict by name or number, or the function's value.</summary>
    public Expression Value { get; } = value;
}
