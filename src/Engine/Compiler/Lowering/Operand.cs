using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <summary>A value of the language while its code is written.</summary>
internal abstract record Operand(EbpfType Type);

/// <summary>A number or truth value in a register, extended to 64 bits by its sign.</summary>
internal sealed record ScalarOperand(ScalarType Scalar, Value Value) : Operand(Scalar);

/// <summary>
/// Bytes in registers: each piece holds some of them as a load in the processor's byte order reads them.
/// </summary>
internal sealed record PiecesOperand(EbpfType Of, IReadOnlyList<Piece> Pieces) : Operand(Of);

/// <summary>Bytes in memory.</summary>
internal sealed record MemoryOperand(EbpfType Of, Place Place) : Operand(Of);

/// <summary>Some bytes of a larger value.</summary>
/// <param name="Offset">From the value's start, in bytes.</param>
/// <param name="Size">1, 2, 4 or 8 bytes.</param>
/// <param name="Value">The bytes.</param>
internal sealed record Piece(int Offset, int Size, Value Value);

/// <summary>A place in memory.</summary>
internal readonly record struct Place(MemoryRegion Region, Value Pointer, int Offset)
{
    /// <summary>The place some bytes further on.</summary>
    public Place At(int offset) => this with { Offset = Offset + offset };

    /// <summary>The alignment that an access must respect: the stack and the context allow only aligned ones.</summary>
    public int Alignment => Region is not (MemoryRegion.Stack or MemoryRegion.Context) || (Offset & 7) == 0
        ? 8
        : Offset & -Offset & 7;
}
