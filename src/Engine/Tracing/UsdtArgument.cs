using EbpfCat.Types;

namespace EbpfCat.Tracing;

/// <summary>An argument of a USDT probe, as the note in the ELF file describes it: <c>-4@-16(%rbp)</c>.</summary>
/// <param name="Size">How many bytes it has: 1, 2, 4 or 8.</param>
/// <param name="IsSigned">Whether it is signed.</param>
/// <param name="IsFloat">Whether it is a floating-point number.</param>
/// <param name="Operand">Where it stands; null where no program can reach it, as in a vector register.</param>
/// <param name="Text">The description itself.</param>
public sealed record UsdtArgument(int Size, bool IsSigned, bool IsFloat, UsdtOperand? Operand, string Text)
{
    /// <summary>The integer of this size and sign; of a floating-point number, its bits.</summary>
    public ScalarType Type => ScalarType.Integer(Size * 8, IsSigned);
}
