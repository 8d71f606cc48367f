namespace EbpfCat.Compiler;

/// <summary>Finds what follows a header: the number that names the next one, and where that begins.</summary>
internal sealed class NextHeaderLowering(
    LoweringContext context, HeaderLowering headers, HeaderUse use, HeaderPaths headerPaths)
{
    /// <summary>The size of an EtherType in bytes.</summary>
    public const int TypeSize = 2;

    private readonly IrBuilder _b = context.Builder;
    private readonly PacketLowering _packet = context.Packet;
    private readonly HeaderPaths _paths = headerPaths;
    private readonly PassedHeaderLowering _passed = new(context, headerPaths);

    /// <summary>What follows the parents of a group of headers.</summary>
    /// <param name="group">The first header of the group.</param>
    public NextHeaderFact OfGroup(PacketHeader group)
    {
        if (_b.Facts.NextHeaders.TryGetValue(group, out var known)) return known;
        _b.Write(_paths.Last, _b.Constant(0));
        var (paths, none) = (new List<HeaderPath>(), _b.NewBlock());
        ForEach(group.Locations, none, (location, next, otherHeader) => paths.AddRange(Behind(
            location, use.NumbersOf(group), mustName: !ReferenceEquals(otherHeader, none), next, otherHeader)));

        _paths.AddNone(paths, none, group.Locations.Max(l => l.NumberSize));
        var fact = _paths.Join(paths);
        _b.Facts = _b.Facts with { NextHeaders = _b.Facts.NextHeaders.SetItem(group, fact) };
        return fact;
    }

    /// <summary>The packet inside a tunnel: its EtherType, that of Ethernet included, and its offset.</summary>
    public NextHeaderFact OfTunnel()
    {
        var inner = InnerHeaders.Packet;
        if (_b.Facts.NextHeaders.TryGetValue(inner, out var known)) return known;
        var (paths, none) = (new List<HeaderPath>(), _b.NewBlock());
        ForEach(inner.Locations, none, (location, next, otherHeader) =>
            paths.AddRange(Behind(location, location.Values, mustName: true, next, otherHeader)));
        if (paths.Count > 0)
        {
            // The verifier follows the code behind once, and not for each tunnel.
            var (number, offset, _) = _paths.Join(paths);
            var start = _b.AddOffset(_packet.BaseOf(offset), offset.Constant);
            paths = [_paths.Leave(number, new PacketOffset(_packet.Forget(start, none), 0))];
        }

        _paths.AddNone(paths, none, TypeSize);
        var fact = _paths.Join(paths);
        _b.Facts = _b.Facts with { NextHeaders = _b.Facts.NextHeaders.SetItem(inner, fact) };
        return fact;
    }

    /// <summary>
    /// Visits locations in order, each where those before it lead nowhere. A parent that is present but names another
    /// header rules out parents that cannot be present with it.
    /// </summary>
    /// <param name="locations">The locations.</param>
    /// <param name="none">The target if none of them leads to a header.</param>
    /// <param name="visit">Takes a location, the target without its parent, and the target of other headers.</param>
    public void ForEach(IReadOnlyList<HeaderLocation> locations, Block none, Action<HeaderLocation, Block, Block> visit)
    {
        for (var i = 0; i < locations.Count; i++)
        {
            var next = i == locations.Count - 1 ? none : _b.NewBlock();
            var parent = locations[i].Parent;
            var isLast = locations.Skip(i + 1).All(other => other.Parent == parent);
            var isOnly = locations.Skip(i + 1).All(other => other.Parent.Excludes(parent));
            visit(locations[i], isLast ? none : next, isOnly ? none : next);
            if (ReferenceEquals(next, none) || !_b.StartIfReached(next)) break;
        }
    }

    /// <summary>The paths on which a parent is present and names one of some numbers.</summary>
    /// <param name="location">The location behind the parent.</param>
    /// <param name="numbers">The numbers.</param>
    /// <param name="mustName">Whether to leave out paths with other numbers.</param>
    /// <param name="noParent">The target of paths without the parent.</param>
    /// <param name="otherHeader">The target of other paths that are left out.</param>
    public List<HeaderPath> Behind(HeaderLocation location, IReadOnlyList<int> numbers, bool mustName, Block noParent,
        Block otherHeader)
    {
        if (location.Parent == InnerHeaders.Packet)
        {
            var inner = OfTunnel();
            return _paths.GuardAny(inner.Number, TypeSize, numbers, otherHeader)
                ? [_paths.Leave(inner.Number, inner.Offset)]
                : [];
        }

        if (headers.Require(location.Parent, noParent) is not { } parent) return [];
        var number = location.Field is { } field
            ? _paths.LoadNumber(parent.Place, field)
            : _paths.Number(location.Values[0], TypeSize);
        var size = location.NumberSize;
        _b.Write(_paths.Last, number);
        if (location.Passed is not { } passed)
        {
            if (mustName && !_paths.GuardAny(number, size, numbers, otherHeader)) return [];
            return OffsetBehind(parent, location, otherHeader) is { } offset ? [_paths.Leave(number, offset)] : [];
        }

        var start = parent.Offset with { Constant = parent.Offset.Constant + location.Length };
        if (!use.IsShared(location.Parent)) return _passed.Pass(passed, number, start, numbers, mustName, otherHeader);
        if (!_b.Facts.Payloads.TryGetValue(location.Parent, out var payload))
        {
            var none = _b.NewBlock();
            var all = use.NumbersBehind(location.Parent);
            var paths = _passed.Pass(passed, number, start, all, mustName: false, none);
            _paths.AddNone(paths, none, size);
            payload = _paths.Join(paths);
            _b.Facts = _b.Facts with { Payloads = _b.Facts.Payloads.SetItem(location.Parent, payload) };
        }

        _b.Write(_paths.Last, payload.Last);
        if (mustName && !_paths.GuardAny(payload.Number, size, numbers, otherHeader)) return [];
        return [_paths.Leave(payload.Number, payload.Offset, payload.Last)];
    }

    private PacketOffset? OffsetBehind(HeaderFact parent, HeaderLocation location, Block whenAbsent)
    {
        if (!location.ZeroFields.All(field => _paths.GuardZero(parent.Place, field, whenAbsent))) return null;
        var offset = parent.Offset;
        if (location.LengthField is { } lengthField)
        {
            var length = _paths.Load(parent.Place, lengthField);
            // A header cannot begin inside its parent, where a write to it would change the fields that name it.
            return _b.Guard(Comparison.UnsignedGreaterOrEqual, length, _b.Constant(location.Length), whenAbsent)
                ? offset with { Variable = _b.Make(Op.Add, _packet.BaseOf(offset), length) }
                : null;
        }

        offset = offset with { Constant = offset.Constant + location.Length };
        foreach (var option in location.Options)
        {
            var length = _paths.Load(parent.Place, option);
            offset = offset with { Variable = _b.Make(Op.Add, _packet.BaseOf(offset), length) };
        }

        return offset;
    }
}
