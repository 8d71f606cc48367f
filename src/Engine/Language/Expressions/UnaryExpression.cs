namespace EbpfCat.Language;

/// <summary>An operation on one value.</summary>
public sealed class UnaryExpression(UnaryOperator @operator, Expression operand) : Expression
{
    /// <summary>The operation.</summary>
    public UnaryOperator Operator { get; } = @operator;

    /// <summary>The operand.</summary>
    public Expression Operand { get; } = operand;
}
