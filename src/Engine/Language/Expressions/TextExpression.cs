namespace EbpfCat.Language;

/// <summary>
/// A value as text: what a pointer to characters points to, up to its NUL; characters in place as they are. Its
/// capacity is that of the operand, or the compiler's choice for a pointer; a cast to a string type asks for another.
/// </summary>
public sealed class TextExpression(Expression operand) : Expression
{
    /// <summary>The pointer or the characters.</summary>
    public Expression Operand { get; } = operand;
}
