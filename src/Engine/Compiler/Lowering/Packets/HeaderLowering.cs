namespace EbpfCat.Compiler;

/// <summary>
/// Finds headers in the packet, by their locations in <see cref="PacketHeaders"/>. To find a header is to find its
/// parent, compare the parent's field that names it, compute its offset from the parent's length, and check the bounds
/// of its bytes. Everything found is a fact of the paths that lead from there.
/// </summary>
internal sealed class HeaderLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly MemoryLowering _memory = context.Memory;
    private readonly PacketLowering _packet = context.Packet;
    private readonly Dictionary<PacketHeader, StackSlot> _copies = [];
    private readonly Dictionary<PacketHeader, PacketHeader> _groups = Groups(context.Program);

    /// <summary>Branches on whether a header is present.</summary>
    public void Test(PacketHeader header, Block whenPresent, Block whenAbsent)
    {
        if (Require(header, whenAbsent) is not null) _b.Jump(whenPresent);
    }

    /// <summary>Continues where a header is present.</summary>
    /// <returns>The header; null if it cannot be present here.</returns>
    public HeaderFact? Require(PacketHeader header, Block whenAbsent)
    {
        if (_b.Facts.Headers.TryGetValue(header, out var known)) return known;
        return _b.Current is not null && Find(header, whenAbsent) is { } offset
            ? Enter(header, offset, whenAbsent)
            : null;
    }

    /// <summary>Locates a field; where its header is absent, the program returns the default result.</summary>
    public PlaceReference Locate(BoundHeaderField field) => FieldAt(
        Require(field.Header, context.DefaultExit)?.Place ?? _packet.Unreachable, field.Field);

    /// <summary>Drops the facts that a write to a field may make wrong.</summary>
    public void Written(BoundHeaderField target)
    {
        if (PacketHeaders.All.SelectMany(h => h.Locations).Any(location => DependsOn(location, target)))
            _b.Facts = PacketFacts.None;
    }

    private static bool DependsOn(HeaderLocation location, BoundHeaderField target) =>
        ReferenceEquals(location.Parent, target.Header)
        && new[] { location.Field, location.LengthField, location.ZeroField }
            .Any(field => field is not null && Overlaps(field, target.Field));

    private static bool Overlaps(HeaderField a, HeaderField b) =>
        a.Offset < b.Offset + b.Type.Size && b.Offset < a.Offset + a.Type.Size;

    // Where a header begins if it is present; its bytes are not checked yet.
    private PacketOffset? Find(PacketHeader header, Block whenAbsent)
    {
        if (_groups.TryGetValue(header, out var group)) return FindInGroup(header, group, whenAbsent);
        var locations = PacketHeaders.LocationsOf(header, context.Info.StartsAtNetwork)!;
        return locations.Count switch
        {
            0 => new PacketOffset(),
            1 => FindAt(header, locations[0], whenAbsent, whenAbsent),
            _ => FindAtOneOf(header, locations, whenAbsent),
        };
    }

    private HeaderFact Enter(PacketHeader header, PacketOffset offset, Block whenAbsent)
    {
        StackSlot? slot = null;
        if (context.Info.Packet == PacketAccess.Copy && !_copies.TryGetValue(header, out slot))
        {
            // One slot for all uses: the program cannot write to the packet, so every copy has the same bytes.
            _copies[header] = slot = _b.Function.NewSlot(StackSlot.RoomFor(header.Size));
        }

        var fact = new HeaderFact(offset, _packet.CheckBounds(offset, header.Size, whenAbsent, slot));
        _b.Facts = _b.Facts with { Headers = _b.Facts.Headers.SetItem(header, fact) };
        return fact;
    }

    // ---- headers with several parents

    // The offset is a phi, so that the bounds of the header's bytes are checked once.
    private PacketOffset? FindAtOneOf(PacketHeader header, IReadOnlyList<HeaderLocation> locations, Block whenAbsent)
    {
        var found = new List<(Block End, PacketOffset Offset)>();
        var join = _b.NewBlock();
        foreach (var location in locations)
        {
            // A parent that is present but names another header rules the other parents out.
            var next = ReferenceEquals(location, locations[^1]) ? whenAbsent : _b.NewBlock();
            if (FindAt(header, location, next, whenAbsent) is { } offset) found.Add((_b.Current!, offset));
            _b.LeaveOpen();
            if (ReferenceEquals(next, whenAbsent) || !_b.StartIfReached(next)) break;
        }

        if (found.Count == 0) return null;
        if (found is [var only])
        {
            _b.Continue(only.End);
            return only.Offset;
        }

        var shared = found.Min(path => path.Offset.Constant);
        return new PacketOffset(_b.Phi(Join(found, shared, join)), shared);
    }

    // The variable parts of offsets on several paths, which are joined.
    private (Block, Value)[] Join(List<(Block End, PacketOffset Offset)> paths, int shared, Block join)
    {
        var variables = new (Block, Value)[paths.Count];
        for (var i = 0; i < paths.Count; i++)
        {
            var (end, offset) = paths[i];
            _b.Continue(end);
            var rest = _b.Constant(offset.Constant - shared);
            variables[i] = (end, offset.Variable is null ? rest : _b.Make(Op.Add, offset.Variable, rest));
            _b.Jump(join);
        }

        _b.Start(join);
        return variables;
    }

    // Headers that the same fields of the same parents name: where a program uses several of them, the number and the
    // offset of what follows the parents are found once for all. Each header is mapped to the first of its group.
    private static Dictionary<PacketHeader, PacketHeader> Groups(BoundProgram program)
    {
        var headers = program.Headers.Where(h => h.Locations.Count > 1
            && ReferenceEquals(PacketHeaders.LocationsOf(h, program.Info.StartsAtNetwork), h.Locations)).ToList();
        var groups = new Dictionary<PacketHeader, PacketHeader>();
        foreach (var header in headers)
        {
            var group = headers.FindAll(h => HaveSameParents(h, header));
            if (group.Count > 1) groups[header] = group[0];
        }

        return groups;
    }

    private static bool HaveSameParents(PacketHeader a, PacketHeader b) => a.Locations.Count == b.Locations.Count
        && a.Locations.Zip(b.Locations).All(pair => pair.First with { Values = pair.Second.Values } == pair.Second
            && pair.First.Values.Count == 1 && pair.First.Values[0] == a.Locations[0].Values[0]);

    private PacketOffset? FindInGroup(PacketHeader header, PacketHeader group, Block whenAbsent)
    {
        if (!_b.Facts.NextHeaders.TryGetValue(group, out var next)) next = FindNextHeader(group);
        var number = _b.Constant(header.Locations[0].Values[0]);
        return _b.Guard(Comparison.Equal, next.Number, number, whenAbsent) ? next.Offset : null;
    }

    private NextHeaderFact FindNextHeader(PacketHeader group)
    {
        var (found, numbers) = (new List<(Block End, PacketOffset Offset)>(), new List<(Block, Value)>());
        var (join, none) = (_b.NewBlock(), _b.NewBlock());
        foreach (var location in group.Locations)
        {
            var next = ReferenceEquals(location, group.Locations[^1]) ? none : _b.NewBlock();
            if (Require(location.Parent, next) is { } parent)
            {
                var number = Load(parent, location.Field);
                if (OffsetBehind(parent, location, none) is { } offset)
                {
                    found.Add((_b.Current!, offset));
                    numbers.Add((_b.Current!, number));
                }
            }

            _b.LeaveOpen();
            if (ReferenceEquals(next, none) || !_b.StartIfReached(next)) break;
        }

        var shared = found.Select(path => path.Offset.Constant).DefaultIfEmpty().Min();
        if (_b.StartIfReached(none))
        {
            found.Add((none, new PacketOffset(null, shared)));
            numbers.Add((none, _b.Constant(1L << (group.Locations.Max(l => l.Field.Type.Size) * 8))));
            _b.LeaveOpen();
        }

        var variables = Join(found, shared, join);
        var fact = new NextHeaderFact(_b.Phi([.. numbers]), new PacketOffset(_b.Phi(variables), shared));
        _b.Facts = _b.Facts with { NextHeaders = _b.Facts.NextHeaders.SetItem(group, fact) };
        return fact;
    }

    // ---- a header behind one parent

    private PacketOffset? FindAt(PacketHeader header, HeaderLocation location, Block noParent, Block otherHeader)
    {
        // Where the offset is constant, one check covers the header and its parents.
        if (!_b.Facts.Headers.ContainsKey(location.Parent) && header.Locations.Count == 1
            && context.Info.Packet != PacketAccess.Copy && ConstantOffset(location) is { } constant)
        {
            _packet.CheckBounds(new PacketOffset(), constant + header.Size, otherHeader);
        }

        if (Require(location.Parent, noParent) is not { } parent) return null;
        var number = Load(parent, location.Field);
        var named = _b.NewBlock();
        foreach (var value in location.Values)
        {
            var next = value == location.Values[^1] ? otherHeader : _b.NewBlock();
            _b.Branch(Comparison.Equal, number, _b.Constant(value), named, next);
            if (ReferenceEquals(next, otherHeader) || !_b.StartIfReached(next)) break;
        }

        return _b.StartIfReached(named) ? OffsetBehind(parent, location, otherHeader) : null;
    }

    private PacketOffset? OffsetBehind(HeaderFact parent, HeaderLocation location, Block whenAbsent)
    {
        if (location.ZeroField is { } zero
            && !_b.Guard(Comparison.Equal, Load(parent, zero), _b.Constant(0), whenAbsent))
        {
            return null;
        }

        var offset = parent.Offset;
        if (location.LengthField is not { } lengthField)
            return offset with { Constant = offset.Constant + location.Length };
        var length = Load(parent, lengthField);
        // A header cannot begin inside its parent, where a write to it would change the fields that name it.
        if (!_b.Guard(Comparison.UnsignedGreaterOrEqual, length, _b.Constant(location.Length), whenAbsent)) return null;
        return offset with { Variable = offset.Variable is null ? length : _b.Make(Op.Add, offset.Variable, length) };
    }

    // The offset that a location leads to if the lengths of all headers before it are constant.
    private static int? ConstantOffset(HeaderLocation location)
    {
        if (location.LengthField is not null) return null;
        return location.Parent.Locations switch
        {
            [] => location.Length,
            [var only] => ConstantOffset(only) + location.Length,
            _ => null,
        };
    }

    private Value Load(HeaderFact header, HeaderField field) =>
        ((ScalarOperand)_memory.Load(FieldAt(header.Place, field))).Value;

    private static PlaceReference FieldAt(Place header, HeaderField field) =>
        new(field.Type, header.At(field.Offset), Guarded: false, Shared: false)
        {
            BitOffset = field.BitOffset,
            BitCount = field.BitCount,
            Scale = field.Scale,
        };
}
