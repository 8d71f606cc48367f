namespace EbpfCat.Compiler;

/// <summary>A value of the language during lowering.</summary>
internal abstract record Operand(EbpfType Type);

/// <summary>A number or truth value in a register, extended to 64 bits by the sign of its type.</summary>
internal sealed record ScalarOperand(ScalarType Scalar, Value Value) : Operand(Scalar);

/// <summary>Bytes in registers, in pieces: each as a load in the byte order of the processor gives it.</summary>
internal sealed record PiecesOperand(EbpfType Of, IReadOnlyList<Piece> Pieces) : Operand(Of);

/// <summary>Bytes in memory.</summary>
internal sealed record MemoryOperand(EbpfType Of, Place Place) : Operand(Of);

/// <summary>One, two, four or eight bytes of a value.</summary>
/// <param name="Offset">The offset in the value, in bytes.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="Value">The bytes.</param>
internal sealed record Piece(int Offset, int Size, Value Value);

/// <summary>A place in memory.</summary>
internal readonly record struct Place(MemoryRegion Region, Value Pointer, int Offset)
{
    /// <summary>The place at an offset from this one, in bytes.</summary>
    public Place At(int offset) => this with { Offset = Offset + offset };

    /// <summary>The alignment that an access must respect: the stack and the context allow only aligned ones.</summary>
    public int Alignment => Region is not (MemoryRegion.Stack or MemoryRegion.Context) || (Offset & 7) == 0
        ? 8
        : Offset & -Offset & 7;
}
