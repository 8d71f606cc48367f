namespace EbpfCat.Tracing;

/// <summary>An argument of a USDT probe, in the notation of the ELF note: <c>-4@-16(%rbp)</c>.</summary>
/// <param name="Size">The size in bytes: 1, 2, 4 or 8.</param>
/// <param name="Operand">The place; null if programs cannot read it, as in a vector register.</param>
/// <param name="Text">The description itself.</param>
public sealed record UsdtArgument(int Size, bool IsSigned, bool IsFloat, UsdtOperand? Operand, string Text)
{
    /// <summary>The integer type of this size and sign; for a floating-point number, that of its bits.</summary>
    public ScalarType Type => ScalarType.Integer(Size * 8, IsSigned);
}
