namespace EbpfCat.Language;

/// <summary>An operation on two values.</summary>
public sealed class BinaryExpression(BinaryOperator @operator, Expression left, Expression right) : Expression
{
    /// <summary>The operation.</summary>
    public BinaryOperator Operator { get; } = @operator;

    /// <summary>The left operand.</summary>
    public Expression Left { get; } = left;

    /// <summary>The right operand.</summary>
    public Expression Right { get; } = right;
}
