namespace EbpfCat.Language;

/// <summary>One of two values, by a condition; only the chosen one is computed.</summary>
public sealed class ConditionalExpression(Expression condition, Expression whenTrue, Expression whenFalse) : Expression
{
    /// <summary>The condition.</summary>
    public Expression Condition { get; } = condition;

    /// <summary>The value if it holds.</summary>
    public Expression WhenTrue { get; } = whenTrue;

    /// <summary>The value if not.</summary>
    public Expression WhenFalse { get; } = whenFalse;
}
