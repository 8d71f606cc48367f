namespace EbpfCat.Compiler;

/// <summary>
/// Finds headers in the packet, by their locations in <see cref="PacketHeaders"/>. To find a header is to find its
/// parent, compare the parent's field that names it, compute its offset from the parent's length, and check the bounds
/// of its bytes. Everything found is a fact of the paths that lead from there.
/// </summary>
internal sealed class HeaderLowering
{
    private readonly LoweringContext _context;
    private readonly IrBuilder _b;
    private readonly PacketLowering _packet;
    private readonly HeaderPaths _paths;
    private readonly HeaderUse _use;
    private readonly NextHeaderLowering _next;
    private readonly TagLowering _tag;
    private readonly Dictionary<PacketHeader, StackSlot> _copies = [];

    public HeaderLowering(LoweringContext context)
    {
        (_context, _b, _packet) = (context, context.Builder, context.Packet);
        (_paths, _use) = (new HeaderPaths(context), new HeaderUse(context.Program));
        _next = new NextHeaderLowering(context, this, _use, _paths);
        _tag = new TagLowering(context, this, _next);
    }

    /// <summary>Branches on whether a header is present.</summary>
    public void Test(PacketHeader header, Block whenPresent, Block whenAbsent)
    {
        foreach (var one in _context.Info.Packet == PacketAccess.Copy ? PacketHeaders.AlternativesOf(header) : [header])
        {
            var next = one == header || one == header.Alternatives[^1] ? whenAbsent : _b.NewBlock();
            if (Require(one, next) is not null) _b.Jump(whenPresent);
            if (ReferenceEquals(next, whenAbsent) || !_b.StartIfReached(next)) return;
        }
    }

    /// <summary>Continues where a header is present.</summary>
    /// <returns>The header; null if it cannot be present here.</returns>
    public HeaderFact? Require(PacketHeader header, Block whenAbsent)
    {
        if (_b.Facts.Headers.TryGetValue(header, out var known)) return known;
        if (_b.Current is null) return null;
        if (header.Alternatives.Length > 0) return FindAlternative(header, whenAbsent);
        if (header == PacketHeaders.Vlan && _context.Info.HasTagInMetadata)
            return _tag.Find(header, whenAbsent) is { } tag ? Found(header, tag) : null;
        if (header == InnerHeaders.Packet) return FindInner(whenAbsent);
        if (_use.GroupOf(header) is { } group) return FindInGroup(header, group, whenAbsent);
        var locations = _use.LocationsOf(header)!;
        return locations.Count == 0
            ? Enter(header, new PacketOffset(), whenAbsent)
            : FindAt(header, locations, whenAbsent);
    }

    /// <summary>Locates a field, and continues where its header is present.</summary>
    /// <returns>The place; null if the header cannot be present here.</returns>
    public PlaceReference? Locate(BoundHeaderField field, Block whenAbsent) =>
        Require(field.Header, whenAbsent) is { } header ? HeaderPaths.FieldAt(header.Place, field.Field) : null;

    /// <summary>
    /// The protocol behind an IP header and extension headers; where that is not found, the last one named. Continues
    /// where there is an IP header.
    /// </summary>
    /// <returns>The number; null if there cannot be an IP header here.</returns>
    public ScalarOperand? Protocol(PacketHeader ip, Block whenAbsent) => Require(ip, whenAbsent) is null
        ? null
        : new ScalarOperand(ScalarType.UInt8, _next.OfGroup(_use.ProtocolGroup(ip)).Last);

    /// <summary>The offset of a header. Continues where the header is present.</summary>
    /// <returns>The number; null if the header cannot be present here.</returns>
    public ScalarOperand? Offset(PacketHeader header, Block whenAbsent) => Require(header, whenAbsent) is { } found
        ? new ScalarOperand(ScalarType.UInt32, _packet.OffsetOf(found.Offset))
        : null;

    /// <summary>Locates bytes from the start of a header on, and continues where the packet has all of them.</summary>
    /// <returns>The bytes; null if the header cannot be present here.</returns>
    public Place? LocateBytes(PacketHeader header, int size, Block whenAbsent) =>
        Require(header, whenAbsent) is not { } found ? null
        : size <= header.Size ? found.Place : _packet.CheckBounds(found.Offset, size, whenAbsent);

    /// <summary>Drops the facts that a write to a field may make wrong.</summary>
    public void Written(BoundHeaderField target)
    {
        if (Decides(target)) _b.Facts = PacketFacts.None;
    }

    /// <summary>Whether a field names or delimits a header that the program needs.</summary>
    public bool Decides(BoundHeaderField target) => _use.Decides(target.Header, target.Field);

    private HeaderFact Enter(PacketHeader header, PacketOffset offset, Block whenAbsent)
    {
        if (header.Size == 0) return WithoutBytes(offset);
        StackSlot? slot = null;
        if (_context.Info.Packet == PacketAccess.Copy && !_copies.TryGetValue(header, out slot))
        {
            // One slot for all uses: the program cannot write to the packet, so every copy has the same bytes.
            _copies[header] = slot = _b.Function.NewSlot(StackSlot.RoomFor(header.Size));
        }

        return Found(header, new HeaderFact(offset, _packet.CheckBounds(offset, header.Size, whenAbsent, slot)));
    }

    private HeaderFact WithoutBytes(PacketOffset offset) =>
        new(offset, new Place(MemoryRegion.Packet, _packet.BaseOf(offset), offset.Constant));

    private HeaderFact Found(PacketHeader header, HeaderFact fact)
    {
        _b.Facts = _b.Facts with { Headers = _b.Facts.Headers.SetItem(header, fact) };
        return fact;
    }

    private HeaderFact? FindAt(PacketHeader header, IReadOnlyList<HeaderLocation> locations, Block whenAbsent)
    {
        // Where the offset is constant, one check covers the header and its parents.
        var isAhead = _context.Info.Packet != PacketAccess.Copy && locations is [var single]
            && (single.Passed is not null || !_b.Facts.Headers.ContainsKey(single.Parent))
            && MinOffset(single) is not null;
        if (isAhead)
            _packet.CheckBounds(new PacketOffset(), MinOffset(locations[0])!.Value + header.Size, whenAbsent);
        var paths = new List<HeaderPath>();
        _next.ForEach(locations, whenAbsent, (location, next, otherHeader) => paths.AddRange(
            _next.Behind(location, location.Values, mustName: true, next, otherHeader)));
        if (paths.Count == 0) return null;
        if (paths is [var only])
        {
            _b.Continue(only.End);
            return Enter(header, only.Offset, whenAbsent);
        }
        // On the path without a header between, the check is made already.
        var offset = _paths.Join(
            paths, isAhead ? path => _packet.CheckBounds(path, header.Size, whenAbsent) : null).Offset;
        return isAhead
            ? Found(header, new HeaderFact(offset, new Place(MemoryRegion.Packet, offset.Variable!, offset.Constant)))
            : Enter(header, offset, whenAbsent);
    }

    private HeaderFact? FindAlternative(PacketHeader header, Block whenAbsent)
    {
        foreach (var one in header.Alternatives)
        {
            if (_b.Facts.Headers.TryGetValue(one, out var known)) return known;
        }

        var paths = new List<HeaderPath>();
        foreach (var one in header.Alternatives)
        {
            var next = one == header.Alternatives[^1] ? whenAbsent : _b.NewBlock();
            if (Require(one, next) is { } found) paths.Add(_paths.Leave(_b.Constant(0), found.Offset));
            if (ReferenceEquals(next, whenAbsent) || !_b.StartIfReached(next)) break;
        }

        if (paths.Count == 0) return null;
        var offset = _paths.Join(paths).Offset;
        return _context.Info.Packet == PacketAccess.Copy
            ? Enter(header, offset, whenAbsent)
            : Found(header, new HeaderFact(offset, new Place(MemoryRegion.Packet, offset.Variable!, offset.Constant)));
    }

    private HeaderFact? FindInner(Block whenAbsent)
    {
        var inner = _next.OfTunnel();
        return _b.Guard(Comparison.NotEqual, inner.Number, _paths.None(NextHeaderLowering.TypeSize), whenAbsent)
            ? WithoutBytes(inner.Offset)
            : null;
    }

    private HeaderFact? FindInGroup(PacketHeader header, PacketHeader group, Block whenAbsent)
    {
        var next = _next.OfGroup(group);
        var number = _paths.Number(header.Locations[0].Values[0], header.Locations[0].NumberSize);
        if (!_b.Guard(Comparison.Equal, next.Number, number, whenAbsent)) return null;
        // The bytes of a header that is one of several, of which one was found, are checked.
        var either = _b.Facts.Headers.FirstOrDefault(fact => fact.Key.Alternatives.Contains(header)).Value;
        return either is null || _context.Info.Packet == PacketAccess.Copy
            ? Enter(header, next.Offset, whenAbsent)
            : Found(header, either);
    }

    // The smallest offset that a location leads to if the lengths of all headers before it are constant.
    private int? MinOffset(HeaderLocation location)
    {
        if (location.LengthField is not null || location.Options.Length > 0) return null;
        // A tag in the metadata takes no bytes of the packet.
        if (location.Parent == PacketHeaders.Vlan && _context.Info.HasTagInMetadata) return null;
        return location.Parent.Locations switch
        {
            [] => location.Length,
            [var only] => MinOffset(only) + location.Length,
            _ => null,
        };
    }
}
