namespace EbpfCat.Compiler;

/// <summary>The facts at a point from the branches on the path there. Facts can be added and removed again.</summary>
internal sealed class BranchFacts
{
    private readonly Dictionary<int, Range> _ranges = [];
    private readonly Dictionary<int, (long Has, long Lacks)> _packets = [];
    private readonly HashSet<(Comparison, int, int)> _pairs = [];
    private readonly Stack<Change> _undo = new();

    // An unsigned interval without one number.
    private readonly record struct Range(ulong Min, ulong Max, ulong? Except);

    // The previous facts: none for a pair, the old one, if any, for a number or a packet.
    private readonly record struct Change(int Key, (Comparison, int, int)? Pair, Range? Range,
        (long Has, long Lacks)? Packet, bool IsPacket);

    public int Mark => _undo.Count;

    public void UndoTo(int mark)
    {
        while (_undo.Count > mark)
        {
            var change = _undo.Pop();
            if (change.Pair is { } pair) _pairs.Remove(pair);
            else if (change.IsPacket) Restore(_packets, change.Key, change.Packet);
            else Restore(_ranges, change.Key, change.Range);
        }
    }

    /// <summary>Adds the facts of one of the two edges out of a block.</summary>
    public void AddEdge(Block from, Block to)
    {
        if (from.Exit != ExitKind.Branch || ReferenceEquals(from.Target, from.Otherwise)) return;
        Add(ReferenceEquals(from.Target, to) ? from.Comparison : from.Comparison.Invert(), from.Left!.Current,
            from.Right!.Current);
    }

    private void Add(Comparison comparison, Value left, Value right)
    {
        if (comparison.IsPacketCheck())
        {
            AddPacket(comparison, left, right.Immediate);
            return;
        }

        if (!right.IsConstant)
        {
            AddPair((comparison, left.Id, right.Id));
            return;
        }

        var old = RangeOf(left);
        var c = (ulong)right.Immediate;
        var range = comparison switch
        {
            Comparison.Equal => new Range(c, c, null),
            Comparison.NotEqual when old.Min == c => old with { Min = c + 1 },
            Comparison.NotEqual when old.Max == c => old with { Max = c - 1 },
            Comparison.NotEqual => old with { Except = c },
            Comparison.UnsignedLess => old with { Max = Math.Min(old.Max, c - 1) },
            Comparison.UnsignedLessOrEqual => old with { Max = Math.Min(old.Max, c) },
            Comparison.UnsignedGreater => old with { Min = Math.Max(old.Min, c + 1) },
            Comparison.UnsignedGreaterOrEqual => old with { Min = Math.Max(old.Min, c) },
            Comparison.SignedGreater when c < long.MaxValue =>
                old with { Min = Math.Max(old.Min, c + 1), Max = Math.Min(old.Max, long.MaxValue) },
            Comparison.SignedGreaterOrEqual when c <= long.MaxValue =>
                old with { Min = Math.Max(old.Min, c), Max = Math.Min(old.Max, long.MaxValue) },
            Comparison.SignedLess when old.Max <= long.MaxValue && c is > 0 and <= long.MaxValue =>
                old with { Max = Math.Min(old.Max, c - 1) },
            Comparison.SignedLessOrEqual when old.Max <= long.MaxValue && c <= long.MaxValue =>
                old with { Max = Math.Min(old.Max, c) },
            Comparison.AnyBit => old with { Min = Math.Max(old.Min, 1) },
            _ => old,
        };
        if (range != old)
        {
            _undo.Push(new Change(left.Id, null, _ranges.TryGetValue(left.Id, out var previous) ? previous : null,
                null, false));
            _ranges[left.Id] = range;
        }

        AddPair((comparison, left.Id, right.Id));
    }

    private void AddPacket(Comparison comparison, Value pointer, long size)
    {
        var had = _packets.TryGetValue(pointer.Id, out var old);
        if (!had) old = (0, long.MaxValue);
        var now = comparison == Comparison.PacketHas
            ? (Math.Max(old.Has, size), old.Lacks) : (old.Has, Math.Min(old.Lacks, size));
        if (now == old) return;
        _undo.Push(new Change(pointer.Id, null, null, had ? old : null, true));
        _packets[pointer.Id] = now;
    }

    private void AddPair((Comparison, int, int) pair)
    {
        if (_pairs.Add(pair)) _undo.Push(new Change(0, pair, null, null, false));
    }

    private static void Restore<T>(Dictionary<int, T> known, int key, T? before)
        where T : struct
    {
        if (before is { } value) known[key] = value;
        else known.Remove(key);
    }

    private Range RangeOf(Value value)
    {
        var max = ValueRange.Maximum(value);
        if (!_ranges.TryGetValue(value.Id, out var range)) return new Range(0, max, null);
        return range with { Max = Math.Min(range.Max, max) };
    }

    /// <summary>The constant a value must be, if facts leave only one.</summary>
    public long? ConstantOf(Value value) =>
        _ranges.TryGetValue(value.Id, out var range) && range.Min == range.Max ? (long)range.Min : null;

    /// <summary>Whether a condition holds, if that is known.</summary>
    public bool? Decide(Comparison comparison, Value left, Value right)
    {
        (left, right) = (left.Current, right.Current);
        if (comparison.IsPacketCheck())
        {
            if (!_packets.TryGetValue(left.Id, out var known)) return null;
            bool? has = known.Has >= right.Immediate ? true : known.Lacks <= right.Immediate ? false : null;
            return comparison == Comparison.PacketHas ? has : !has;
        }

        if (_pairs.Contains((comparison, left.Id, right.Id))) return true;
        if (_pairs.Contains((comparison.Invert(), left.Id, right.Id))) return false;
        if (!right.IsConstant) return null;
        if (left.IsConstant) return comparison.Evaluate(left.Immediate, right.Immediate);
        var (range, c) = (RangeOf(left), (ulong)right.Immediate);
        if (comparison.IsSigned() && range.Max <= long.MaxValue)
        {
            if (c > long.MaxValue) return comparison.Evaluate(0, right.Immediate);
            comparison = comparison.ToUnsigned();
        }

        switch (comparison)
        {
            case Comparison.Equal:
                if (c < range.Min || c > range.Max || c == range.Except) return false;
                return range.Min == range.Max ? true : null;
            case Comparison.NotEqual: return !Decide(Comparison.Equal, left, right);
            case Comparison.UnsignedLess: return range.Max < c ? true : range.Min >= c ? false : null;
            case Comparison.UnsignedLessOrEqual: return range.Max <= c ? true : range.Min > c ? false : null;
            case Comparison.UnsignedGreater: return !Decide(Comparison.UnsignedLessOrEqual, left, right);
            case Comparison.UnsignedGreaterOrEqual: return !Decide(Comparison.UnsignedLess, left, right);
            case Comparison.AnyBit or Comparison.NoBit when range.Min == range.Max:
                return comparison.Evaluate((long)range.Min, right.Immediate);
            default: return null;
        }
    }
}
