using EbpfCat.Types;

namespace EbpfCat.Tests.Reference;

/// <summary>Some bits of a number.</summary>
/// <param name="Offset">The least significant bit.</param>
/// <param name="Count">The number of bits; 0 for the whole number.</param>
/// <param name="Shift">The left shift of the bits in the program's value.</param>
internal readonly record struct BitField(int Offset, int Count, int Shift)
{
    /// <summary>The bits, as the program sees them.</summary>
    public ReferenceValue Extract(ReferenceValue whole) => Count == 0
        ? whole
        : ReferenceValue.Of(ScalarType.UInt64, ((whole.Number >> Offset) & Mask) << Shift);

    /// <summary>The number with the bits replaced by the program's value.</summary>
    public ReferenceValue Insert(ReferenceValue whole, ReferenceValue bits) => Count == 0
        ? bits
        : ReferenceValue.Of((ScalarType)whole.Type,
            (whole.Number & ~(Mask << Offset)) | (((bits.Number >> Shift) & Mask) << Offset));

    private Int128 Mask => (Int128.One << Count) - 1;
}
