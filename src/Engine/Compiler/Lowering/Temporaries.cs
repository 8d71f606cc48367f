namespace EbpfCat.Compiler;

/// <summary>Allocates stack slots that live until the end of a statement.</summary>
internal sealed class Temporaries(IrFunction function)
{
    // Consecutive statements take different slots, so that one can store to a slot before the other has read its own:
    // up to so many slots of each size, while all of them have no more than so many bytes.
    private const int MaxSlotsPerSize = 4;
    private const int MaxBytes = 128;

    private readonly Dictionary<int, Pool> _pools = [];
    private readonly List<StackSlot> _held = [];
    private int _bytes;
    private int _floor;

    private sealed class Pool
    {
        public List<StackSlot> Slots { get; } = [];
        public int Next { get; set; }
    }

    /// <summary>Allocates a slot of at least a size in bytes.</summary>
    public StackSlot Take(int size)
    {
        size = StackSlot.RoomFor(size);
        if (!_pools.TryGetValue(size, out var pool)) _pools[size] = pool = new Pool();
        var slot = Free(pool) ?? Make(pool, size);
        _held.Add(slot);
        return slot;
    }

    /// <summary>
    /// Begins statements within a statement: until <see cref="EndNested"/> they release their own slots alone.
    /// </summary>
    /// <returns>The argument of <see cref="EndNested"/>.</returns>
    public int BeginNested()
    {
        var floor = _floor;
        _floor = _held.Count;
        return floor;
    }

    public void EndNested(int floor) => _floor = floor;

    /// <summary>Ends a statement.</summary>
    public void Release() => _held.RemoveRange(_floor, _held.Count - _floor);

    /// <summary>
    /// The index of the next slot for each size. The branches of a statement start with the same slots, so that equal
    /// code in them can be shared.
    /// </summary>
    public IReadOnlyDictionary<int, int> NextSlots => _pools.ToDictionary(pool => pool.Key, pool => pool.Value.Next);

    public void ResetNextSlots(IReadOnlyDictionary<int, int> next)
    {
        foreach (var (size, pool) in _pools) pool.Next = next.GetValueOrDefault(size);
    }

    private StackSlot? Free(Pool pool)
    {
        for (var i = 0; i < pool.Slots.Count; i++)
        {
            if (pool.Next == pool.Slots.Count)
            {
                // A new slot if the limits allow one.
                if (pool.Slots.Count < MaxSlotsPerSize && _bytes + pool.Slots[0].Size <= MaxBytes) return null;
                pool.Next = 0;
            }

            var slot = pool.Slots[pool.Next++];
            if (!_held.Contains(slot)) return slot;
        }

        return null;
    }

    private StackSlot Make(Pool pool, int size)
    {
        var slot = function.NewSlot(size);
        pool.Slots.Add(slot);
        pool.Next = pool.Slots.Count;
        _bytes += size;
        return slot;
    }
}
