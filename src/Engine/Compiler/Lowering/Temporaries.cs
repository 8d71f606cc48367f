namespace EbpfCat.Compiler;

/// <summary>Stack slots that live as long as a statement, and are given out anew when it is done.</summary>
internal sealed class Temporaries(IrFunction function)
{
    // So many slots of a size are given out by turns, while all slots together take less than this: what a statement
    // puts in need not wait for the statement before to be done.
    private const int Turns = 4;
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

    /// <summary>A slot of at least so many bytes, until the statement is done.</summary>
    public StackSlot Take(int size)
    {
        size = StackSlot.RoomFor(size);
        if (!_pools.TryGetValue(size, out var pool)) _pools[size] = pool = new Pool();
        var slot = Free(pool) ?? Make(pool, size);
        _held.Add(slot);
        return slot;
    }

    /// <summary>
    /// From here on statements release what they took themselves; what is held stays so until <see cref="Return"/>.
    /// </summary>
    /// <returns>What to return to.</returns>
    public int Keep()
    {
        var floor = _floor;
        _floor = _held.Count;
        return floor;
    }

    public void Return(int floor) => _floor = floor;

    /// <summary>A statement is done.</summary>
    public void Release() => _held.RemoveRange(_floor, _held.Count - _floor);

    /// <summary>
    /// Whose turn it is, so that branches which do the same do it with the same slots and may share code.
    /// </summary>
    public IReadOnlyDictionary<int, int> Turn => _pools.ToDictionary(pool => pool.Key, pool => pool.Value.Next);

    public void TurnBackTo(IReadOnlyDictionary<int, int> turn)
    {
        foreach (var (size, pool) in _pools) pool.Next = turn.GetValueOrDefault(size);
    }

    private StackSlot? Free(Pool pool)
    {
        for (var i = 0; i < pool.Slots.Count; i++)
        {
            if (pool.Next == pool.Slots.Count)
            {
                // One more, if there may be one.
                if (pool.Slots.Count < Turns && _bytes + pool.Slots[0].Size <= MaxBytes) return null;
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
