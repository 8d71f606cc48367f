namespace EbpfCat.Compiler;

/// <summary>Drops stores to stack slots that nothing behind them reads: no load, and no call that gets the address.</summary>
internal static class DeadStores
{
    public static bool Run(IrFunction f)
    {
        if (f.Slots.Count == 0) return false;
        var escaped = Escaped(f);
        var liveIn = f.Blocks.ToDictionary(b => b, _ => new HashSet<StackSlot>());
        var changed = true;
        while (changed)
        {
            changed = false;
            for (var i = f.Blocks.Count - 1; i >= 0; i--)
            {
                var live = LiveOut(f.Blocks[i], liveIn, escaped);
                for (var j = f.Blocks[i].Body.Count - 1; j >= 0; j--) live.UnionWith(Reads(f.Blocks[i].Body[j]));
                if (live.Count == liveIn[f.Blocks[i]].Count) continue;
                liveIn[f.Blocks[i]] = live;
                changed = true;
            }
        }
        var dropped = 0;
        foreach (var block in f.Blocks)
        {
            var live = LiveOut(block, liveIn, escaped);
            for (var j = block.Body.Count - 1; j >= 0; j--)
            {
                var value = block.Body[j];
                if (value.Op == Op.Store && SlotOf(value.Operands[0]) is { } slot && !live.Contains(slot))
                {
                    block.Body.RemoveAt(j);
                    dropped++;
                    continue;
                }
                live.UnionWith(Reads(value));
            }
        }
        return dropped > 0;
    }

    private static HashSet<StackSlot> LiveOut(Block block, Dictionary<Block, HashSet<StackSlot>> liveIn, HashSet<StackSlot> escaped)
    {
        var live = new HashSet<StackSlot>(escaped);
        foreach (var successor in block.Successors) live.UnionWith(liveIn[successor]);
        return live;
    }

    private static IEnumerable<StackSlot> Reads(Value value)
    {
        if (value.Op is not (Op.Load or Op.Call or Op.AtomicAdd)) yield break;
        foreach (var operand in value.Operands)
        {
            if (SlotOf(operand) is { } slot) yield return slot;
        }
    }

    // Slots whose address is kept somewhere, or computed with: what reads them cannot be told.
    private static HashSet<StackSlot> Escaped(IrFunction f)
    {
        var escaped = new HashSet<StackSlot>();
        foreach (var block in f.Blocks)
        {
            foreach (var value in block.Phis.Concat(block.Body))
            {
                if (value.Op is Op.Load or Op.Call or Op.AtomicAdd || SlotOf(value) is not null) continue;
                for (var i = value.Op == Op.Store ? 1 : 0; i < value.Operands.Length; i++)
                {
                    if (SlotOf(value.Operands[i]) is { } slot) escaped.Add(slot);
                }
            }
        }
        return escaped;
    }

    private static StackSlot? SlotOf(Value address)
    {
        address = address.Current;
        while (address.Op == Op.Add && address.Operands[1].Current.IsConstant) address = address.Operands[0].Current;
        return address.Op == Op.FrameAddress ? (StackSlot)address.Extra! : null;
    }
}
