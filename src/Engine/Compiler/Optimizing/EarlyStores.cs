namespace EbpfCat.Compiler;

/// <summary>
/// Moves stores to stack slots up to the definition of the value, across a call: the value then needs no callee-saved
/// register, which is saved and restored in each run of the program.
/// </summary>
internal sealed class EarlyStores
{
    // The maximum number of blocks that a store moves up.
    private const int MaxBlocks = 64;

    private readonly IrFunction _f;
    private readonly Dictionary<Value, List<Place>> _stores = [];
    private readonly List<StackBytes> _moved = [];

    private EarlyStores(IrFunction f) => _f = f;

    // A store and its position.
    private readonly record struct Place(Value Store, Block Block, int Index);

    public static void Run(IrFunction f)
    {
        if (f.Slots.Count == 0) return;
        var pass = new EarlyStores(f);
        pass.FindStores();
        if (pass._stores.Count > 0) pass.Move();
    }

    private void FindStores()
    {
        foreach (var block in _f.Blocks)
        {
            for (var i = 0; i < block.Body.Count; i++)
            {
                var store = block.Body[i];
                if (SlotLiveness.WrittenBy(store) is not { Bits: not 0 }) continue;
                var value = store.Operands[1].Current;
                if (value.IsConstant) continue;
                if (!_stores.TryGetValue(value, out var places)) _stores[value] = places = [];
                places.Add(new Place(store, block, i));
            }
        }
    }

    private void Move()
    {
        var uses = UseCounts.Of(_f);
        var liveness = new SlotLiveness(_f);
        var moves = new List<(Block Block, int Index, Value Value, List<Place> Stores)>();
        foreach (var block in _f.Blocks)
        {
            liveness.StartAtEnd(block);
            for (var i = block.Body.Count - 1; i >= 0; i--)
            {
                Consider(block.Body[i], i);
                liveness.StepOver(block.Body[i]);
            }

            foreach (var phi in block.Phis) Consider(phi, -1);

            void Consider(Value value, int index)
            {
                if (!_stores.TryGetValue(value, out var stores)) return;
                var late = LateStores(value, block, index, stores, uses[value.Id]);
                if (late.Count > 0 && late.TrueForAll(place => CanMove(place, block, index, liveness)))
                    moves.Add((block, index, value, late));
            }
        }
        // Later places in a block first: the earlier keep their indexes.
        foreach (var (block, index, value, stores) in moves)
        {
            foreach (var place in stores) place.Block.Body.Remove(place.Store);
            block.Body.InsertRange(Index(block, index, value), stores.SelectMany(place => Copy(place.Store, block)));
        }
    }

    private static int Index(Block block, int index, Value value) => index < 0 ? 0 : block.Body.IndexOf(value) + 1;

    // The stores after the next call, if nothing else there uses the value.
    private static List<Place> LateStores(Value value, Block block, int index, List<Place> stores, int uses)
    {
        var call = block.Body.FindIndex(index + 1, v => v.Op == Op.Call);
        var end = call < 0 ? block.Body.Count : call + 1;
        for (var i = index + 1; i < end; i++)
            uses -= block.Body[i].Operands.Count(o => ReferenceEquals(o.Current, value));
        if (call < 0)
        {
            uses -= new[] { block.Left, block.Right, block.End, block.Result }.Count(o =>
                ReferenceEquals(o?.Current, value));
        }

        var late = stores.FindAll(place => !ReferenceEquals(place.Block, block) || place.Index >= end);
        return late.Count == uses ? late : [];
    }

    private bool CanMove(Place place, Block block, int index, SlotLiveness liveness)
    {
        var bytes = SlotLiveness.WrittenBy(place.Store)!.Value;
        if (block.LoopDepth > place.Block.LoopDepth || !liveness.CanWrite(bytes) || _moved.Exists(bytes.Overlaps))
            return false;
        if (!LeadsPastCall(place, bytes, block, index)) return false;
        _moved.Add(bytes);
        return true;
    }

    // Whether a call is between a place and the store, and nothing that writes the same bytes.
    private static bool LeadsPastCall(Place place, StackBytes bytes, Block block, int index)
    {
        var past = false;
        if (ReferenceEquals(place.Block, block) && place.Index > index)
            return Look(block, index + 1, place.Index) && past;
        var seen = new HashSet<Block>();
        var work = new Stack<Block>();
        if (!Look(place.Block, 0, place.Index)) return false;
        foreach (var predecessor in place.Block.Predecessors) work.Push(predecessor);
        while (work.TryPop(out var at))
        {
            if (!seen.Add(at)) continue;
            if (seen.Count > MaxBlocks) return false;
            var isStart = ReferenceEquals(at, block);
            if (!Look(at, isStart ? index + 1 : 0, at.Body.Count)) return false;
            if (isStart) continue;
            foreach (var predecessor in at.Predecessors) work.Push(predecessor);
        }

        return past;

        bool Look(Block at, int from, int to)
        {
            for (var i = from; i < to; i++)
            {
                var value = at.Body[i];
                past |= value.Op == Op.Call;
                if (!ReferenceEquals(value, place.Store) && SlotLiveness.WrittenBy(value) is { } other
                    && other.Slot == bytes.Slot
                    && (other.Bits == 0 || other.Overlaps(bytes)))
                {
                    return false;
                }

                // In a loop a call behind the store writes before the store of the next iteration.
                if (SlotLiveness.MayWriteByCall(value, bytes.Slot)) return false;
            }

            return true;
        }
    }

    // The address is computed at the new place of the store.
    private IEnumerable<Value> Copy(Value store, Block block)
    {
        var bytes = SlotLiveness.WrittenBy(store)!.Value;
        var address = _f.FrameAddress(bytes.Slot);
        (address.Block, address.Source) = (block, store.Source);
        store.Operands = [address, store.Operands[1]];
        (store.Immediate, store.Block) = (bytes.Offset, block);
        return [address, store];
    }
}
