namespace EbpfCat.Compiler;

/// <summary>
/// Replaces loads from stack slots by the values that were stored there, with phis where paths join. A slot is
/// promoted if its address is neither computed with nor passed on, and if each store to a loaded place writes just
/// that place. The stores are left to the removal of dead ones.
/// </summary>
internal sealed class SlotPromotion
{
    private readonly IrFunction _f;
    private readonly HashSet<(StackSlot, SlotPiece)> _promoted = [];

    // The last value that is stored to a place in each block, or that reaches its end.
    private readonly Dictionary<(Block, (StackSlot, SlotPiece)), Value> _atEnd = [];
    private readonly Dictionary<(Block, (StackSlot, SlotPiece)), Value> _phis = [];
    private readonly Stack<(Value Phi, (StackSlot, SlotPiece) Place)> _unfinished = new();

    private SlotPromotion(IrFunction f) => _f = f;

    public static bool Run(IrFunction f)
    {
        var pass = new SlotPromotion(f);
        foreach (var slot in SlotAccesses.Of(f).Where(IsPromotable))
        {
            foreach (var (load, piece) in slot.Loads)
                pass._promoted.Add((SlotAccesses.SlotOf(load, out _)!, piece));
        }

        if (pass._promoted.Count == 0) return false;
        foreach (var block in f.Blocks) pass.NoteStores(block);
        foreach (var block in f.Blocks) pass.ReplaceLoads(block);
        while (pass._unfinished.TryPop(out var next))
            next.Phi.Operands = [.. next.Phi.Block!.Predecessors.Select(block => pass.AtEnd(block, next.Place))];
        foreach (var block in f.Blocks)
        {
            foreach (var value in block.Phis.Concat(block.Body)) value.Refresh();
        }

        return true;
    }

    private static bool IsPromotable(SlotAccesses slot) => !slot.IsEscaped && !slot.LoadsOverlap
        && slot.Loads.All(load => !load.Load.KeepsBound)
        && slot.Stores.TrueForAll(store => slot.Pieces.All(piece =>
            !piece.Overlaps(store.Offset, store.Store.Size)
            || piece == new SlotPiece(store.Offset, store.Store.Size)));

    private (StackSlot, SlotPiece)? PlaceOf(Value value) =>
        value.Op is Op.Load or Op.Store && SlotAccesses.SlotOf(value, out var offset) is { } slot
            && (slot, new SlotPiece(offset, value.Size)) is var place && _promoted.Contains(place)
                ? place
                : null;

    private void NoteStores(Block block)
    {
        for (var i = 0; i < block.Body.Count; i++)
        {
            var store = block.Body[i];
            if (store.Op != Op.Store || PlaceOf(store) is not { } place) continue;
            var stored = store.Operands[1].Current;
            var mask = Simplifier.Mask(store.Size * 8);
            if (store.Size < 8 && ValueRange.Maximum(stored) > (ulong)mask)
            {
                var narrow = _f.NewValue(Op.And, stored, _f.Constant(mask));
                (narrow.Block, narrow.Source) = (block, store.Source);
                block.Body.Insert(i++, narrow);
                store.Operands[1] = stored = narrow;
            }

            _atEnd[(block, place)] = stored;
        }
    }

    private void ReplaceLoads(Block block)
    {
        var known = new Dictionary<(StackSlot, SlotPiece), Value>();
        block.Body.RemoveAll(value =>
        {
            if (PlaceOf(value) is not { } place) return false;
            if (value.Op == Op.Store)
            {
                known[place] = value.Operands[1];
                return false;
            }

            if (!known.TryGetValue(place, out var current)) known[place] = current = AtStart(block, place);
            value.ReplaceWith(current);
            return true;
        });
    }

    // A phi gets its operands later, so that long programs need no deep recursion.
    private Value AtStart(Block block, (StackSlot, SlotPiece) place)
    {
        var passed = new List<Block>();
        Value? result;
        while (true)
        {
            if (block.Predecessors.Count == 0)
            {
                result = _f.Constant(0);
                break;
            }

            if (block.Predecessors.Count > 1)
            {
                if (_phis.TryGetValue((block, place), out result)) break;
                result = _f.NewValue(Op.Phi);
                result.Block = block;
                block.Phis.Add(result);
                _phis[(block, place)] = result;
                _unfinished.Push((result, place));
                break;
            }

            block = block.Predecessors[0];
            if (_atEnd.TryGetValue((block, place), out result)) break;
            passed.Add(block);
        }

        foreach (var one in passed) _atEnd[(one, place)] = result;
        return result;
    }

    private Value AtEnd(Block block, (StackSlot, SlotPiece) place) =>
        _atEnd.TryGetValue((block, place), out var value) ? value : _atEnd[(block, place)] = AtStart(block, place);
}
