namespace EbpfCat.Compiler;

/// <summary>
/// The bytes of the stack slots that are live at a point: read before they are written again, by a load or by a call
/// that gets the address of the slot. The point moves backwards through a block.
/// </summary>
internal sealed class SlotLiveness
{
    // The bytes of a slot as bits; bytes beyond these count as always live.
    private const int MaxBytes = 64;
    private const ulong All = ulong.MaxValue;

    private readonly IrFunction _f;
    private readonly Dictionary<StackSlot, int> _numbers = [];
    private readonly ulong[]?[] _liveIn;
    private readonly ulong[] _live;
    private readonly bool[] _escaped;

    public SlotLiveness(IrFunction f)
    {
        _f = f;
        foreach (var slot in f.Slots) _numbers[slot] = _numbers.Count;
        _liveIn = new ulong[]?[f.BlockCount];
        _live = new ulong[_numbers.Count];
        _escaped = new bool[_numbers.Count];
        FindEscaped();
        FindLive();
    }

    /// <summary>Begins a walk: the point is the end of a block.</summary>
    public void StartAtEnd(Block block)
    {
        Array.Clear(_live);
        foreach (var successor in block.Successors)
        {
            if (_liveIn[successor.Id] is not { } live) continue;
            for (var i = 0; i < live.Length; i++) _live[i] |= live[i];
        }
    }

    /// <summary>Moves the point before the preceding instruction; false if that is a dead store.</summary>
    public bool StepOver(Value value)
    {
        switch (value.Op)
        {
            case Op.Store:
                if (SlotOf(value.Operands[0], out var offset) is not { } slot) return true;
                var bytes = Bytes(offset + value.Immediate, value.Size, ifOutside: 0);
                if (!_escaped[slot] && (_live[slot] & (bytes == 0 ? All : bytes)) == 0) return false;
                _live[slot] &= ~bytes;
                return true;
            case Op.Load:
                if (SlotOf(value.Operands[0], out offset) is { } read)
                    _live[read] |= Bytes(offset + value.Immediate, value.Size, ifOutside: All);
                return true;
            case Op.Call or Op.AtomicAdd:
                foreach (var operand in value.Operands)
                {
                    if (SlotOf(operand, out _) is { } given) _live[given] = All;
                }

                return true;
            default: return true;
        }
    }

    /// <summary>Whether a store can move to the point without effect on the program.</summary>
    public bool CanWrite(StackBytes place) =>
        place.Bits != 0 && !_escaped[_numbers[place.Slot]] && (_live[_numbers[place.Slot]] & place.Bits) == 0;

    /// <summary>The bytes of a slot that a store writes; null for a store to other memory.</summary>
    public static StackBytes? WrittenBy(Value value) =>
        value.Op == Op.Store && FrameAddressOf(value.Operands[0], out var offset) is { } address
            ? new StackBytes(address.Slot, offset + value.Immediate,
                Bytes(offset + value.Immediate, value.Size, ifOutside: 0))
            : null;

    /// <summary>Whether a value is a call, or an atomic operation, that may write to a slot.</summary>
    public static bool MayWriteByCall(Value value, StackSlot slot) =>
        (value.Op == Op.AtomicAdd || (value.Op == Op.Call && HelperTable.OfCall(value.Helper).WritesMemory))
        && Array.Exists(value.Operands, operand => FrameAddressOf(operand, out _)?.Slot == slot);

    private void FindLive()
    {
        var changed = true;
        while (changed)
        {
            changed = false;
            for (var i = _f.Blocks.Count - 1; i >= 0; i--)
            {
                var block = _f.Blocks[i];
                StartAtEnd(block);
                for (var j = block.Body.Count - 1; j >= 0; j--) StepOver(block.Body[j]);
                ref var before = ref _liveIn[block.Id];
                if (before is not null && before.AsSpan().SequenceEqual(_live)) continue;
                before ??= new ulong[_live.Length];
                _live.CopyTo(before, 0);
                changed = true;
            }
        }
    }

    private static ulong Bytes(long offset, int size, ulong ifOutside) => offset < 0 || offset + size > MaxBytes
        ? ifOutside : (size == MaxBytes ? All : (1UL << size) - 1) << (int)offset;

    // Slots whose address is stored or computed with: their reads are unknown.
    private void FindEscaped()
    {
        foreach (var block in _f.Blocks)
        {
            foreach (var phi in block.Phis) Note(phi);
            foreach (var value in block.Body) Note(value);
        }

        void Note(Value value)
        {
            if (value.Op is Op.Load or Op.Call or Op.AtomicAdd || SlotOf(value, out _) is not null) return;
            for (var i = value.Op == Op.Store ? 1 : 0; i < value.Operands.Length; i++)
            {
                if (SlotOf(value.Operands[i], out _) is { } slot) _escaped[slot] = true;
            }
        }
    }

    private int? SlotOf(Value address, out long offset) =>
        FrameAddressOf(address, out offset) is { } frame ? _numbers[frame.Slot] : null;

    private static Value? FrameAddressOf(Value address, out long offset) =>
        MemoryState.BaseOf(address, out offset) is { Op: Op.FrameAddress } frame ? frame : null;
}
