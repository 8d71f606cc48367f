namespace EbpfCat.Compiler;

/// <summary>
/// The known state of memory at a point: the values of places, and the pointers that map lookups returned for keys.
/// </summary>
internal sealed class MemoryState
{
    // States are copied at each branch: their size is limited, for long programs.
    private const int MaxKnown = 128;

    private readonly Dictionary<Access, Value> _values;
    private readonly Dictionary<Lookup, Value> _lookups;

    // Keys that are in their map, or that the map had no room for: inserting them again changes nothing.
    private readonly HashSet<Lookup> _settled;

    public MemoryState() => (_values, _lookups, _settled) = ([], [], []);

    private MemoryState(MemoryState other) =>
        (_values, _lookups, _settled) = (new(other._values), new(other._lookups), [.. other._settled]);

    /// <summary>Bytes at an offset from a base: a stack slot, or a pointer.</summary>
    public readonly record struct Access(MemoryRegion Region, object Base, long Offset, int Size)
    {
        public bool Overlaps(Access other) => Offset < other.Offset + other.Size && other.Offset < Offset + Size;
    }

    /// <summary>A lookup of a key: by the values its bytes are made of.</summary>
    public sealed record Lookup(int Map, string Key);

    public MemoryState Copy() => new(this);

    public static Access AccessOf(Value access)
    {
        var pointer = BaseOf(access.Operands[0], out var offset);
        return new Access(access.Region, pointer.Op == Op.FrameAddress ? pointer.Slot : pointer,
            offset + access.Immediate, access.Size);
    }

    /// <summary>What a pointer is the sum of: a base and constants.</summary>
    public static Value BaseOf(Value pointer, out long offset)
    {
        pointer = pointer.Current;
        offset = 0;
        while (pointer.Op == Op.Add && pointer.Operands[1].Current is { IsConstant: true } constant)
        {
            offset += constant.Immediate;
            pointer = pointer.Operands[0].Current;
        }

        return pointer;
    }

    /// <summary>The key that a call of a map helper gets; null where not all of its bytes are known.</summary>
    public Lookup? KeyOf(Value call)
    {
        if (call.Operands[0].Current is not { Op: Op.MapAddress } map) return null;
        var key = call.Operands[1].Current;
        var offset = 0L;
        if (key.Op == Op.Add && key.Operands[1].Current is { IsConstant: true } constant)
        {
            offset = constant.Immediate;
            key = key.Operands[0].Current;
        }

        if (key.Op != Op.FrameAddress || call.KeySize == 0) return null;
        var text = new System.Text.StringBuilder();
        for (var at = 0L; at < call.KeySize;)
        {
            // Each place is stored whole, so that at most one size is known at an offset.
            var (width, value) = KnownAt(key.Slot, offset + at);
            if (value is null || at + width > call.KeySize) return null;
            text.Append(width).Append(':').Append(value.Id).Append(';');
            at += width;
        }

        return new Lookup(map.Map, text.ToString());
    }

    private (int Size, Value? Value) KnownAt(object slot, long offset)
    {
        foreach (var size in (ReadOnlySpan<int>)[8, 4, 2, 1])
        {
            if (_values.TryGetValue(new Access(MemoryRegion.Stack, slot, offset, size), out var value))
                return (size, value.Current);
        }

        return (0, null);
    }

    public Value? Find(Access access) => _values.GetValueOrDefault(access)?.Current;

    public Value? Find(Lookup lookup) => _lookups.GetValueOrDefault(lookup)?.Current;

    public void Set(Access access, Value value)
    {
        if (_values.Count == MaxKnown) _values.Clear();
        _values[access] = value;
    }

    public void Set(Lookup lookup, Value value)
    {
        if (_lookups.Count == MaxKnown) _lookups.Clear();
        _lookups[lookup] = value;
    }

    /// <summary>
    /// Forgets what a store to a place may change: places of the same base that overlap, and of other bases but stack
    /// slots.
    /// </summary>
    public void Forget(Access written)
    {
        foreach (var known in _values.Keys)
        {
            if (known.Region != written.Region) continue;
            var apart = ReferenceEquals(known.Base, written.Base)
                ? !known.Overlaps(written) : known.Base is StackSlot && written.Base is StackSlot;
            if (!apart) _values.Remove(known);
        }
    }

    public void ForgetRegion(MemoryRegion region)
    {
        foreach (var known in _values.Keys)
        {
            if (known.Region == region) _values.Remove(known);
        }
    }

    public void ForgetSlot(StackSlot slot)
    {
        foreach (var known in _values.Keys)
        {
            if (ReferenceEquals(known.Base, slot)) _values.Remove(known);
        }
    }

    public void ForgetLookups()
    {
        _lookups.Clear();
        _settled.Clear();
    }

    public bool IsSettled(Lookup key) => _settled.Contains(key);

    public void Settle(Lookup key)
    {
        if (_settled.Count == MaxKnown) _settled.Clear();
        _settled.Add(key);
    }

    /// <summary>Notes that a pointer is not null: the keys it was given for are in their maps.</summary>
    public void SettleNotNull(Value pointer)
    {
        foreach (var (lookup, value) in _lookups)
        {
            if (ReferenceEquals(value.Current, pointer.Current)) _settled.Add(lookup);
        }
    }

    /// <summary>Keeps the facts of all predecessors; if their values are those of a phi, the phi.</summary>
    public static MemoryState Meet(IrFunction f, Block block, IReadOnlyList<MemoryState> states)
    {
        var result = states[0].Copy();
        Meet(block, result._values, [.. states.Select(s => s._values)], null);
        // A choice of two known pointers costs less than a third lookup; a choice that nothing uses is dropped later.
        Meet(block, result._lookups, [.. states.Select(s => s._lookups)], f);
        foreach (var state in states) result._settled.IntersectWith(state._settled);
        return result;
    }

    private static void Meet<TKey>(Block block, Dictionary<TKey, Value> result, List<Dictionary<TKey, Value>> states,
        IrFunction? makes)
        where TKey : notnull
    {
        foreach (var key in result.Keys)
        {
            var values = new Value[states.Count];
            var everywhere = true;
            for (var i = 0; i < states.Count && everywhere; i++)
            {
                everywhere = states[i].TryGetValue(key, out var value);
                if (everywhere) values[i] = value!.Current;
            }

            if (!everywhere)
            {
                result.Remove(key);
                continue;
            }

            if (Array.TrueForAll(values, v => ReferenceEquals(v, values[0]))) continue;
            var phi = block.Phis.Find(p =>
                Enumerable.Range(0, values.Length).All(i => ReferenceEquals(p.Operands[i].Current, values[i])));
            if (phi is null && makes is not null)
            {
                phi = makes.NewValue(Op.Phi, values);
                phi.Block = block;
                block.Phis.Add(phi);
            }

            if (phi is null) result.Remove(key);
            else result[key] = phi;
        }
    }
}
