namespace EbpfCat.Language;

/// <summary>Ends the program or function, with a value if one is given.</summary>
public sealed class ReturnStatement(Expression? value = null) : Statement
{
    /// <summary>The verdict by name or number, or the function's value; null keeps the last result.</summary>
    public Expression? Value { get; } = value;
}
