namespace EbpfCat.Language;

/// <summary>An expression that is evaluated for its effect; its value is discarded.</summary>
public sealed class ExpressionStatement(Expression expression) : Statement
{
    /// <summary>The expression.</summary>
    public Expression Expression { get; } = expression;
}
