namespace EbpfCat.Compiler;

/// <summary>
/// Load forwarding: removes loads of known values, stores of values that the place has, and map lookups with a known
/// result. A pointer to a map value stays valid for the whole run of the program.
/// </summary>
internal static class MemoryValues
{
    public static bool Run(IrFunction f)
    {
        var changed = false;
        // The state at each block's end, until all its successors have been visited.
        var after = new Dictionary<Block, MemoryState>();
        var waiting = f.Blocks.ToDictionary(block => block, block => block.Successors.Count());
        foreach (var block in f.Blocks)
        {
            var state = Before(f, block, after);
            changed |= Visit(block, state);
            after[block] = state;
            foreach (var predecessor in block.Predecessors)
            {
                if (--waiting[predecessor] == 0) after.Remove(predecessor);
            }
        }

        if (!changed) return false;
        foreach (var block in f.Blocks)
        {
            foreach (var value in block.Phis.Concat(block.Body)) value.Refresh();
        }

        return true;
    }

    // The head of a loop is visited before its end: nothing is known there.
    private static MemoryState Before(IrFunction f, Block block, Dictionary<Block, MemoryState> after)
    {
        var states = new List<MemoryState>(block.Predecessors.Count);
        foreach (var predecessor in block.Predecessors)
        {
            if (!after.TryGetValue(predecessor, out var state)) return new MemoryState();
            states.Add(OnEdge(predecessor, block, state));
        }

        return states.Count switch
        {
            0 => new MemoryState(),
            1 => states[0],
            _ => MemoryState.Meet(f, block, states),
        };
    }

    // The state at the end of a block, with the facts of the branch on the edge to another.
    private static MemoryState OnEdge(Block from, Block to, MemoryState state)
    {
        var copy = state.Copy();
        if (from is { Exit: ExitKind.Branch, Right: { } right } && right.Current is { IsConstant: true, Immediate: 0 }
            && !ReferenceEquals(from.Target, from.Otherwise))
        {
            var notNull = from.Comparison switch
            {
                Comparison.NotEqual => from.Target,
                Comparison.Equal => from.Otherwise,
                _ => null,
            };
            if (ReferenceEquals(notNull, to)) copy.SettleNotNull(from.Left!);
        }

        return copy;
    }

    private static bool Visit(Block block, MemoryState state)
    {
        var kept = new List<Value>(block.Body.Count);
        foreach (var value in block.Body)
        {
            value.Refresh();
            if (!Redundant(value, state)) kept.Add(value);
        }

        var changed = kept.Count != block.Body.Count;
        block.Body = kept;
        return changed;
    }

    private static bool Redundant(Value value, MemoryState state)
    {
        switch (value.Op)
        {
            case Op.Load when value.Region != MemoryRegion.Context:
                var place = MemoryState.AccessOf(value);
                if (state.Find(place) is { } known && Fits(known, value.Size)
                    && (!value.KeepsBound || IsVisiblyWithin(known, value.Size)))
                {
                    if (value.KeepsBound) ValueRange.KeepBounds(known);
                    value.ReplaceWith(known);
                    return true;
                }

                state.Set(place, value);
                return false;
            case Op.Store:
                var written = MemoryState.AccessOf(value);
                var stored = value.Operands[1].Current;
                if (state.Find(written) is { } there && ReferenceEquals(there, stored)) return true;
                state.Forget(written);
                if (value.Region != MemoryRegion.Map || value.Size == 8) state.Set(written, stored);
                return false;
            case Op.AtomicAdd:
                state.Forget(MemoryState.AccessOf(value));
                return false;
            case Op.Call: return RedundantCall(value, state);
            default: return false;
        }
    }

    // A stored value wider than its place is truncated: a load gives only values that fit.
    private static bool Fits(Value value, int size) =>
        size == 8 || ValueRange.Maximum(value) <= (ulong)Simplifier.Mask(size * 8);

    private static bool IsVisiblyWithin(Value value, int size) =>
        size == 8 || ValueRange.VisibleMaximum(value) <= (ulong)Simplifier.Mask(size * 8);

    private static bool RedundantCall(Value call, MemoryState state)
    {
        var helper = HelperTable.OfCall(call.Helper);
        if (helper.Id == HelperId.MapLookup && state.KeyOf(call) is { } lookup)
        {
            if (state.Find(lookup) is { } found)
            {
                call.ReplaceWith(found);
                return true;
            }

            state.Set(lookup, call);
            return false;
        }

        var inserted = helper.Id == HelperId.MapUpdate && call.Operands[3].Current is { IsConstant: true, Immediate: 1 }
            ? state.KeyOf(call) : null;
        if (inserted is not null && state.IsSettled(inserted)) return true;
        if (helper.Has(HelperTraits.NoEffect)) return false;
        state.ForgetLookups();
        if (inserted is not null) state.Settle(inserted);
        state.ForgetRegion(MemoryRegion.Map);
        if (helper.Has(HelperTraits.InvalidatesPacketPointers | HelperTraits.WritesPacket))
            state.ForgetRegion(MemoryRegion.Packet);
        if (!helper.WritesMemory) return false;
        state.ForgetRegion(MemoryRegion.Packet);
        foreach (var argument in call.Operands)
        {
            var pointer = argument.Current;
            if (pointer.Op == Op.Add) pointer = pointer.Operands[0].Current;
            if (pointer.Op == Op.FrameAddress)
                state.ForgetSlot(pointer.Slot);
            else if (pointer.Op is not (Op.Constant or Op.MapAddress or Op.Context))
                state.ForgetRegion(MemoryRegion.Stack);
        }

        return false;
    }
}
