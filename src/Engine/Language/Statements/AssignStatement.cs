namespace EbpfCat.Language;

/// <summary>An assignment, or a compound one such as <c>+=</c> when an operator is given.</summary>
public sealed class AssignStatement(Expression target, Expression value, BinaryOperator? @operator = null) : Statement
{
    /// <summary>The target: a local, variable, packet place, header field, map entry, or a field of one.</summary>
    public Expression Target { get; } = target;

    /// <summary>The value, or the right operand of the operator.</summary>
    public Expression Value { get; } = value;

    /// <summary>
    /// The operator of a compound assignment. Adding to a shared variable or map value of 4 or 8 bytes is atomic.
    /// </summary>
    public BinaryOperator? Operator { get; } = @operator;
}
