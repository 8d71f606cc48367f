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
    private readonly HeaderUse _use = new(context.Program);

    // A path on which a header follows: by which number it is named, and where it begins.
    private readonly record struct Path(Block End, Value Number, PacketOffset Offset);

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
        if (_b.Current is null) return null;
        if (header == PacketHeaders.Vlan && context.Info.HasTagInMetadata) return FindTag(header, whenAbsent);
        if (_use.GroupOf(header) is { } group) return FindInGroup(header, group, whenAbsent);
        var locations = _use.LocationsOf(header)!;
        return locations.Count == 0
            ? Enter(header, new PacketOffset(), whenAbsent)
            : FindAt(header, locations, whenAbsent);
    }

    /// <summary>Locates a field, and continues where its header is present.</summary>
    /// <returns>The place; null if the header cannot be present here.</returns>
    public PlaceReference? Locate(BoundHeaderField field, Block whenAbsent) =>
        Require(field.Header, whenAbsent) is { } header ? FieldAt(header.Place, field.Field) : null;

    /// <summary>Drops the facts that a write to a field may make wrong.</summary>
    public void Written(BoundHeaderField target)
    {
        if (PacketHeaders.Decides(target.Header, target.Field)) _b.Facts = PacketFacts.None;
    }

    private HeaderFact Enter(PacketHeader header, PacketOffset offset, Block whenAbsent)
    {
        StackSlot? slot = null;
        if (context.Info.Packet == PacketAccess.Copy && !_copies.TryGetValue(header, out slot))
        {
            // One slot for all uses: the program cannot write to the packet, so every copy has the same bytes.
            _copies[header] = slot = _b.Function.NewSlot(StackSlot.RoomFor(header.Size));
        }

        return Found(header, offset, _packet.CheckBounds(offset, header.Size, whenAbsent, slot));
    }

    private HeaderFact Found(PacketHeader header, PacketOffset offset, Place place)
    {
        var fact = new HeaderFact(offset, place);
        _b.Facts = _b.Facts with { Headers = _b.Facts.Headers.SetItem(header, fact) };
        return fact;
    }

    // The offset is a phi, so that the bounds of the header's bytes are checked once.
    private HeaderFact? FindAt(PacketHeader header, IReadOnlyList<HeaderLocation> locations, Block whenAbsent)
    {
        // Where the offset is constant, one check covers the header and its parents.
        var isAhead = context.Info.Packet != PacketAccess.Copy && locations is [var single]
            && (single.Passed is not null || !_b.Facts.Headers.ContainsKey(single.Parent))
            && MinOffset(single) is not null;
        if (isAhead)
            _packet.CheckBounds(new PacketOffset(), MinOffset(locations[0])!.Value + header.Size, whenAbsent);
        var paths = new List<Path>();
        foreach (var location in locations)
        {
            // A parent that is present but names another header rules the other parents out.
            var next = ReferenceEquals(location, locations[^1]) ? whenAbsent : _b.NewBlock();
            paths.AddRange(Follow(location, location.Values, mustName: true, next, whenAbsent));
            if (ReferenceEquals(next, whenAbsent) || !_b.StartIfReached(next)) break;
        }

        if (paths.Count == 0) return null;
        if (paths is [var only])
        {
            _b.Continue(only.End);
            return Enter(header, only.Offset, whenAbsent);
        }
        // On the path without a header between, the check is made already.
        var offset = Join(paths, isAhead ? path => _packet.CheckBounds(path, header.Size, whenAbsent) : null).Offset;
        return isAhead
            ? Found(header, offset, new Place(MemoryRegion.Packet, offset.Variable!, offset.Constant))
            : Enter(header, offset, whenAbsent);
    }

    private HeaderFact? FindInGroup(PacketHeader header, PacketHeader group, Block whenAbsent)
    {
        if (!_b.Facts.NextHeaders.TryGetValue(group, out var next)) next = FindNextHeader(group);
        var number = _b.Constant(header.Locations[0].Values[0]);
        return _b.Guard(Comparison.Equal, next.Number, number, whenAbsent)
            ? Enter(header, next.Offset, whenAbsent)
            : null;
    }

    private NextHeaderFact FindNextHeader(PacketHeader group)
    {
        var (paths, none) = (new List<Path>(), _b.NewBlock());
        foreach (var location in group.Locations)
        {
            var next = ReferenceEquals(location, group.Locations[^1]) ? none : _b.NewBlock();
            paths.AddRange(Follow(location, _use.NumbersOf(group), mustName: false, next, none));
            if (ReferenceEquals(next, none) || !_b.StartIfReached(next)) break;
        }

        AddNone(paths, none, group.Locations.Max(l => l.Field.Type.Size));
        var fact = Join(paths);
        _b.Facts = _b.Facts with { NextHeaders = _b.Facts.NextHeaders.SetItem(group, fact) };
        return fact;
    }

    // The path on which no header is found: its number is one that a field of the size cannot have.
    private void AddNone(List<Path> paths, Block none, int size)
    {
        if (!_b.StartIfReached(none)) return;
        var constant = paths.Select(path => path.Offset.Constant).DefaultIfEmpty().Min();
        paths.Add(Leave(_b.Constant(1L << (size * 8)), new PacketOffset(null, constant)));
    }

    private Path Leave(Value number, PacketOffset offset)
    {
        var path = new Path(_b.Current!, number, offset);
        _b.LeaveOpen();
        return path;
    }

    private NextHeaderFact Join(List<Path> paths, Action<PacketOffset>? check = null)
    {
        var (numbers, variables) = (new (Block, Value)[paths.Count], new (Block, Value)[paths.Count]);
        var constant = paths.Select(path => path.Offset.Constant).DefaultIfEmpty().Min();
        var join = _b.NewBlock();
        for (var i = 0; i < paths.Count; i++)
        {
            var (end, number, offset) = paths[i];
            _b.Continue(end);
            var variable = _b.AddOffset(_packet.BaseOf(offset), offset.Constant - constant);
            check?.Invoke(new PacketOffset(variable, constant));
            (numbers[i], variables[i]) = ((_b.Current!, number), (_b.Current!, variable));
            _b.Jump(join);
        }

        _b.Start(join);
        return new NextHeaderFact(_b.Phi(numbers), new PacketOffset(_b.Phi(variables), constant));
    }

    // ---- what follows one parent

    // The paths on which the parent is present and names one of the numbers; with mustName false, other numbers too.
    private List<Path> Follow(HeaderLocation location, IReadOnlyList<int> numbers, bool mustName, Block noParent,
        Block otherHeader)
    {
        if (Require(location.Parent, noParent) is not { } parent) return [];
        var number = Load(parent.Place, location.Field);
        if (location.Passed is not { } passed)
        {
            if (mustName && !GuardAny(number, numbers, otherHeader)) return [];
            return OffsetBehind(parent, location, otherHeader) is { } offset ? [Leave(number, offset)] : [];
        }

        var start = parent.Offset with { Constant = parent.Offset.Constant + location.Length };
        if (!_use.IsShared(location.Parent)) return Pass(passed, number, start, numbers, mustName, otherHeader);
        if (!_b.Facts.Payloads.TryGetValue(location.Parent, out var payload))
        {
            var none = _b.NewBlock();
            var all = _use.NumbersBehind(location.Parent);
            var paths = Pass(passed, number, start, all, mustName: false, none);
            AddNone(paths, none, location.Field.Type.Size);
            payload = Join(paths);
            _b.Facts = _b.Facts with { Payloads = _b.Facts.Payloads.SetItem(location.Parent, payload) };
        }

        if (mustName && !GuardAny(payload.Number, numbers, otherHeader)) return [];
        return [Leave(payload.Number, payload.Offset)];
    }

    // A header that is asked for may follow at once; else the headers that may stand between are passed.
    private List<Path> Pass(PassedHeaders passed, Value number, PacketOffset offset, IReadOnlyList<int> numbers,
        bool mustName, Block otherHeader)
    {
        var paths = new List<Path>();
        var between = _b.NewBlock();
        if (GuardAny(number, numbers, between)) paths.Add(Leave(number, offset));
        if (!_b.StartIfReached(between)) return paths;
        var last = passed.MaxCount <= 2
            ? PassFew(passed, number, offset, otherHeader)
            : PassMany(passed, number, offset, otherHeader);
        if (!mustName || GuardAny(last.Number, numbers, otherHeader)) paths.Add(Leave(last.Number, last.Offset));
        return paths;
    }

    private NextHeaderFact PassFew(PassedHeaders passed, Value number, PacketOffset offset, Block otherHeader)
    {
        var paths = new List<Path>();
        for (var i = 0; i < passed.MaxCount; i++)
        {
            var end = i == 0 ? otherHeader : _b.NewBlock();
            if (!GuardAny(number, passed.Values, end)) break;
            var inside = Leave(number, offset);
            if (i > 0 && _b.StartIfReached(end)) paths.Add(Leave(number, offset));
            _b.Continue(inside.End);
            (number, offset) = PassOne(passed, number, offset, otherHeader);
        }

        if (_b.Current is not null) paths.Add(Leave(number, offset));
        return Join(paths);
    }

    private NextHeaderFact PassMany(PassedHeaders passed, Value first, PacketOffset start, Block otherHeader)
    {
        var (named, position, count) =
            (new SsaVariable("next header"), new SsaVariable("position"), new SsaVariable("headers passed"));
        var (head, end) = (_b.NewBlock(), _b.NewBlock());
        _b.Write(named, first);
        _b.Write(position, _packet.BaseOf(start));
        _b.Write(count, _b.Constant(0));
        _b.Jump(head);
        _b.LoopDepth++;
        _b.Start(head, seal: false);
        var number = _b.Read(named);
        if (GuardAny(number, passed.Values, end)
            && _b.Guard(Comparison.UnsignedLess, _b.Read(count), _b.Constant(passed.MaxCount), otherHeader))
        {
            var (next, offset) = PassOne(
                passed, number, start with { Variable = _b.Read(position) }, otherHeader);
            _b.Write(named, next);
            _b.Write(position, _packet.Forget(offset.Variable!, otherHeader));
            _b.Write(count, _b.Make(Op.Add, _b.Read(count), _b.Constant(1)));
            _b.Jump(head);
        }

        _b.LoopDepth--;
        _b.Seal(head);
        _b.StartIfReached(end);
        return new NextHeaderFact(_b.Read(named), start with { Variable = _b.Read(position) });
    }

    private (Value Number, PacketOffset Offset) PassOne(PassedHeaders passed, Value number, PacketOffset offset,
        Block otherHeader)
    {
        var place = _packet.CheckBounds(offset, passed.Size, otherHeader);
        var next = Load(place, passed.Next);
        var position = _packet.BaseOf(offset);
        if (passed.Kinds is [{ LengthField: null, ZeroField: null, Length: var only }])
            return (next, offset with { Variable = _b.AddOffset(position, only) });
        var join = _b.NewBlock();
        var lengths = new List<(Block, Value)>();
        foreach (var kind in passed.Kinds.Reverse())
        {
            var otherKind = _b.NewBlock();
            if ((ReferenceEquals(kind, passed.Kinds[0]) || GuardAny(number, kind.Values, otherKind))
                && (kind.ZeroField is not { } zero
                    || _b.Guard(Comparison.Equal, Load(place, zero), _b.Constant(0), otherHeader)))
            {
                var length = _b.Constant(kind.Length);
                if (kind.LengthField is { } field) length = _b.Make(Op.Add, Load(place, field), length);
                lengths.Add((_b.Current!, length));
                _b.Jump(join);
            }

            if (!_b.StartIfReached(otherKind)) break;
        }

        _b.Start(join);
        return (next, offset with { Variable = _b.Make(Op.Add, position, _b.Phi([.. lengths])) });
    }

    // Continues where the value is one of the constants.
    private bool GuardAny(Value value, IReadOnlyList<int> constants, Block otherwise)
    {
        var match = _b.NewBlock();
        for (var i = 0; i < constants.Count; i++)
        {
            var next = i == constants.Count - 1 ? otherwise : _b.NewBlock();
            _b.Branch(Comparison.Equal, value, _b.Constant(constants[i]), match, next);
            if (ReferenceEquals(next, otherwise) || !_b.StartIfReached(next)) break;
        }

        return _b.StartIfReached(match);
    }

    // The outer tag as a copy of four bytes: from the metadata if the network card or the kernel has taken it out of
    // the packet, else from the packet. In the first case it counts as lying over the end of the Ethernet header, so
    // that its EtherType, and the offset of what follows, are right.
    private HeaderFact? FindTag(PacketHeader tag, Block whenAbsent)
    {
        const int presentOffset = 20; // __sk_buff.vlan_present
        const int tagOffset = 24; // __sk_buff.vlan_tci
        var location = tag.Locations[0];
        if (Require(location.Parent, whenAbsent) is not { } ethernet) return null;
        if (!_copies.TryGetValue(tag, out var slot))
            _copies[tag] = slot = _b.Function.NewSlot(StackSlot.RoomFor(tag.Size));
        var (taken, inline) = (_b.NewBlock(), _b.NewBlock());
        _b.BranchIfNotZero(_packet.LoadContext(presentOffset, 4), taken, inline);
        _b.Start(taken);
        var copy = _b.PlaceOf(slot);
        _b.Store(copy, 2, _b.Make(Op.ByteSwap, 16, _packet.LoadContext(tagOffset, 4)));
        _b.Store(copy.At(2), 2, _b.Load(ethernet.Place.At(location.Field.Offset), 2));
        var constant = ethernet.Offset.Constant + location.Length - tag.Size;
        List<Path> paths = [Leave(_b.Constant(0), ethernet.Offset with { Constant = constant })];
        _b.Start(inline);
        foreach (var (end, number, offset) in Follow(location, location.Values, mustName: true, whenAbsent, whenAbsent))
        {
            _b.Continue(end);
            var bytes = _packet.CheckBounds(offset, tag.Size, whenAbsent);
            _b.Store(_b.PlaceOf(slot), 4, _b.Load(bytes, 4));
            paths.Add(Leave(number, offset));
        }

        return Found(tag, Join(paths).Offset, _b.PlaceOf(slot));
    }

    private PacketOffset? OffsetBehind(HeaderFact parent, HeaderLocation location, Block whenAbsent)
    {
        if (location.ZeroField is { } zero
            && !_b.Guard(Comparison.Equal, Load(parent.Place, zero), _b.Constant(0), whenAbsent))
        {
            return null;
        }

        var offset = parent.Offset;
        if (location.LengthField is not { } lengthField)
            return offset with { Constant = offset.Constant + location.Length };
        var length = Load(parent.Place, lengthField);
        // A header cannot begin inside its parent, where a write to it would change the fields that name it.
        if (!_b.Guard(Comparison.UnsignedGreaterOrEqual, length, _b.Constant(location.Length), whenAbsent)) return null;
        return offset with { Variable = _b.Make(Op.Add, _packet.BaseOf(offset), length) };
    }

    // The smallest offset that a location leads to if the lengths of all headers before it are constant.
    private int? MinOffset(HeaderLocation location)
    {
        if (location.LengthField is not null) return null;
        // A tag in the metadata takes no bytes of the packet.
        if (location.Parent == PacketHeaders.Vlan && context.Info.HasTagInMetadata) return null;
        return location.Parent.Locations switch
        {
            [] => location.Length,
            [var only] => MinOffset(only) + location.Length,
            _ => null,
        };
    }

    private Value Load(Place header, HeaderField field) =>
        ((ScalarOperand)_memory.Load(FieldAt(header, field))).Value;

    private static PlaceReference FieldAt(Place header, HeaderField field) =>
        new(field.Type, header.At(field.Offset), Guarded: false, Shared: false)
        {
            BitOffset = field.BitOffset,
            BitCount = field.BitCount,
            Scale = field.Scale,
        };
}
