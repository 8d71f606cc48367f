namespace EbpfCat.Compiler;

/// <summary>
/// Bytes of a stack slot, from an offset: as bits, of which there are none for bytes that are not followed.
/// </summary>
internal readonly record struct StackBytes(StackSlot Slot, long Offset, ulong Bits)
{
    public bool Overlaps(StackBytes other) => ReferenceEquals(Slot, other.Slot) && (Bits & other.Bits) != 0;
}
