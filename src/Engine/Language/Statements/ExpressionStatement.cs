namespace EbpfCat.Language;

/// <summary>An expression computed for what it does, its value dropped.</summary>
public sealed class ExpressionStatement(Expression expression) : Statement
{
    /// <summary>The expression.</summary>
    public Expression Expression { get; } = expression;
}
