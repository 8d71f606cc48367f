namespace EbpfCat.Language;

/// <summary>A conversion to a type, as an assignment makes it.</summary>
public sealed class CastExpression(EbpfType type, Expression operand) : Expression
{
    /// <summary>The type asked for.</summary>
    public EbpfType Type { get; } = type;

    /// <summary>The value.</summary>
    public Expression Operand { get; } = operand;
}
