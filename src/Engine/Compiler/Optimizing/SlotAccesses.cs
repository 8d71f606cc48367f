namespace EbpfCat.Compiler;

/// <summary>Bytes of a stack slot.</summary>
internal readonly record struct SlotPiece(long Offset, int Size)
{
    public bool Overlaps(long offset, int size) => Offset < offset + size && offset < Offset + Size;
}

/// <summary>The loads from a stack slot and the stores to it.</summary>
internal sealed class SlotAccesses
{
    private readonly List<(Value Load, SlotPiece Piece)> _loads = [];

    public IReadOnlyList<(Value Load, SlotPiece Piece)> Loads => _loads;

    /// <summary>The places that are loaded, each once, in order.</summary>
    public IReadOnlyList<SlotPiece> Pieces { get; private set; } = [];

    public List<(Value Store, long Offset)> Stores { get; } = [];

    /// <summary>Whether the address is passed on or computed with, so that there may be other accesses.</summary>
    public bool IsEscaped { get; private set; }

    /// <summary>Whether two loads have some bytes, but not all, in common.</summary>
    public bool LoadsOverlap { get; private set; }

    /// <summary>The accesses of all slots of a function.</summary>
    public static IReadOnlyCollection<SlotAccesses> Of(IrFunction f)
    {
        if (f.Slots.Count == 0) return [];
        var slots = f.Slots.ToDictionary(slot => slot, _ => new SlotAccesses());
        foreach (var block in f.Blocks)
        {
            foreach (var phi in block.Phis) Note(slots, phi);
            foreach (var value in block.Body) Note(slots, value);
            if (block.Result is { } result) Escape(slots, result);
            if (block.Left is { } left) Escape(slots, left);
            if (block.Right is { } right) Escape(slots, right);
        }

        foreach (var slot in slots.Values)
        {
            slot.Pieces = [.. slot._loads.Select(load => load.Piece).Distinct().OrderBy(piece => piece.Offset)];
            slot.LoadsOverlap = slot.Pieces.Zip(slot.Pieces.Skip(1))
                .Any(pair => pair.First.Offset + pair.First.Size > pair.Second.Offset);
        }

        return slots.Values;
    }

    /// <summary>The slot that a load or store accesses, and the offset there; null for other memory.</summary>
    public static StackSlot? SlotOf(Value access, out long offset)
    {
        var address = MemoryState.BaseOf(access.Operands[0], out offset);
        offset += access.Immediate;
        return address.Op == Op.FrameAddress ? address.Slot : null;
    }

    private static void Note(Dictionary<StackSlot, SlotAccesses> slots, Value value)
    {
        if (value.Op is Op.Load or Op.Store && SlotOf(value, out var offset) is { } slot)
        {
            if (value.Op == Op.Load) slots[slot]._loads.Add((value, new SlotPiece(offset, value.Size)));
            else slots[slot].Stores.Add((value, offset));
            if (value.Op == Op.Store) Escape(slots, value.Operands[1]);
            return;
        }

        // A sum is noted where it is used.
        if (value.Op == Op.Add && value.Operands[1].Current.IsConstant) return;
        foreach (var operand in value.Operands) Escape(slots, operand);
    }

    private static void Escape(Dictionary<StackSlot, SlotAccesses> slots, Value value)
    {
        if (MemoryState.BaseOf(value, out _) is { Op: Op.FrameAddress } address) slots[address.Slot].IsEscaped = true;
    }
}
