namespace EbpfCat.Compiler;

/// <summary>Passes the headers that may stand between a header and what it names.</summary>
internal sealed class PassedHeaderLowering(LoweringContext context, HeaderPaths headerPaths)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly PacketLowering _packet = context.Packet;
    private readonly HeaderPaths _paths = headerPaths;

    /// <summary>
    /// The paths on which a number is one of those asked for: at once, or behind headers that stand between.
    /// </summary>
    /// <param name="passed">The headers that may stand between.</param>
    /// <param name="number">The number that names the first header.</param>
    /// <param name="offset">Where the first header begins.</param>
    /// <param name="numbers">The numbers that are asked for.</param>
    /// <param name="mustName">Whether to leave out paths with other numbers.</param>
    /// <param name="otherHeader">The target of paths that are left out.</param>
    public List<HeaderPath> Pass(PassedHeaders passed, Value number, PacketOffset offset, IReadOnlyList<int> numbers,
        bool mustName, Block otherHeader)
    {
        var paths = new List<HeaderPath>();
        var between = _b.NewBlock();
        if (_paths.GuardAny(number, passed.NumberSize, numbers, between)) paths.Add(_paths.Leave(number, offset));
        if (!_b.StartIfReached(between)) return paths;
        var last = passed.MaxCount <= 2
            ? PassFew(passed, number, offset, otherHeader)
            : PassMany(passed, number, offset, otherHeader);
        if (!mustName || _paths.GuardAny(last.Number, passed.NumberSize, numbers, otherHeader))
            paths.Add(_paths.Leave(last.Number, last.Offset));
        return paths;
    }

    private NextHeaderFact PassFew(PassedHeaders passed, Value number, PacketOffset offset, Block otherHeader)
    {
        var paths = new List<HeaderPath>();
        for (var i = 0; i < passed.MaxCount; i++)
        {
            var end = i == 0 ? otherHeader : _b.NewBlock();
            if (!_paths.GuardAny(number, passed.NumberSize, passed.Values, end)) break;
            var inside = _paths.Leave(number, offset);
            if (i > 0 && _b.StartIfReached(end)) paths.Add(_paths.Leave(number, offset));
            _b.Continue(inside.End);
            (number, offset) = PassOne(passed, number, offset, otherHeader);
        }

        if (_b.Current is not null) paths.Add(_paths.Leave(number, offset));
        return _paths.Join(paths);
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
        _b.Write(_paths.Last, number);
        if (_paths.GuardAny(number, passed.NumberSize, passed.Values, end)
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
        return new NextHeaderFact(_b.Read(named), start with { Variable = _b.Read(position) }, _b.Read(named));
    }

    private (Value Number, PacketOffset Offset) PassOne(PassedHeaders passed, Value number, PacketOffset offset,
        Block otherHeader)
    {
        var place = _packet.CheckBounds(offset, passed.Size, otherHeader);
        var next = _paths.LoadNumber(place, passed.Next);
        var position = _packet.BaseOf(offset);
        if (passed.Kinds is [{ LengthField: null, ZeroField: null, Length: var only }])
            return (next, offset with { Variable = _b.AddOffset(position, only) });
        var join = _b.NewBlock();
        var lengths = new List<(Block, Value)>();
        foreach (var kind in passed.Kinds.Reverse())
        {
            var otherKind = _b.NewBlock();
            if (kind.ZeroField is not null) _b.Write(_paths.Last, next);
            if ((ReferenceEquals(kind, passed.Kinds[0])
                    || _paths.GuardAny(number, passed.NumberSize, kind.Values, otherKind))
                && (kind.ZeroField is not { } zero || _paths.GuardZero(place, zero, otherHeader)))
            {
                var length = _b.Constant(kind.Length);
                if (kind.LengthField is { } field) length = _b.Make(Op.Add, _paths.Load(place, field), length);
                lengths.Add((_b.Current!, length));
                _b.Jump(join);
            }

            if (!_b.StartIfReached(otherKind)) break;
        }

        _b.Start(join);
        return (next, offset with { Variable = _b.Make(Op.Add, position, _b.Phi([.. lengths])) });
    }
}
