namespace EbpfCat.Compiler;

/// <summary>A path on which a header follows.</summary>
/// <param name="End">The open block at its end.</param>
/// <param name="Number">The number that names the header.</param>
/// <param name="Offset">Where the header begins.</param>
/// <param name="Last">The number; where no header is found, the last one that was named.</param>
internal readonly record struct HeaderPath(Block End, Value Number, PacketOffset Offset, Value Last);

/// <summary>Leaves and joins paths on which headers follow, and reads the fields that decide.</summary>
internal sealed class HeaderPaths(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;

    /// <summary>The number of the last header that was named on the way, found or not.</summary>
    public SsaVariable Last { get; } = new("last header");

    /// <summary>Ends the current path, with what follows there.</summary>
    public HeaderPath Leave(Value number, PacketOffset offset, Value? last = null)
    {
        var path = new HeaderPath(_b.Current!, number, offset, last ?? number);
        _b.LeaveOpen();
        return path;
    }

    /// <summary>The number where no header is found: one that a field of the size in bytes cannot have.</summary>
    public Value None(int size) => _b.Constant(1L << (size * 8));

    /// <summary>Adds the path on which no header is found.</summary>
    public void AddNone(List<HeaderPath> paths, Block none, int size)
    {
        if (!_b.StartIfReached(none)) return;
        var constant = paths.Select(path => path.Offset.Constant).DefaultIfEmpty().Min();
        paths.Add(Leave(None(size), new PacketOffset(null, constant), _b.Read(Last)));
    }

    /// <summary>Joins paths. The offset is a phi, so that the bounds of the header's bytes are checked once.</summary>
    /// <param name="paths">The paths.</param>
    /// <param name="check">A check to build at the end of each path, if any.</param>
    public NextHeaderFact Join(List<HeaderPath> paths, Action<PacketOffset>? check = null)
    {
        var (numbers, variables) = (new (Block, Value)[paths.Count], new (Block, Value)[paths.Count]);
        var lasts = new (Block, Value)[paths.Count];
        var constant = paths.Select(path => path.Offset.Constant).DefaultIfEmpty().Min();
        var join = _b.NewBlock();
        for (var i = 0; i < paths.Count; i++)
        {
            var (end, number, offset, last) = paths[i];
            _b.Continue(end);
            var variable = _b.AddOffset(context.Packet.BaseOf(offset), offset.Constant - constant);
            check?.Invoke(new PacketOffset(variable, constant));
            (numbers[i], variables[i]) = ((_b.Current!, number), (_b.Current!, variable));
            lasts[i] = (_b.Current!, last);
            _b.Jump(join);
        }

        _b.Start(join);
        return new NextHeaderFact(_b.Phi(numbers), new PacketOffset(_b.Phi(variables), constant), _b.Phi(lasts));
    }

    /// <summary>Loads the number that names the next header, in the byte order of the packet.</summary>
    public Value LoadNumber(Place header, HeaderField field) =>
        field.BitCount == 0 ? _b.Load(header.At(field.Offset), field.Type.Size) : Load(header, field);

    /// <summary>A number of one or two bytes that names a header, in the byte order of the packet.</summary>
    public Value Number(int number, int size) => _b.Constant(size == 2 ? Simplifier.Swap(number, 16) : number);

    /// <summary>Continues where a number of one or two bytes is one of others.</summary>
    /// <returns>Whether it can be.</returns>
    public bool GuardAny(Value number, int size, IReadOnlyList<int> numbers, Block otherwise)
    {
        var match = _b.NewBlock();
        if (numbers.Count == 0) _b.Jump(otherwise);
        for (var i = 0; i < numbers.Count; i++)
        {
            var next = i == numbers.Count - 1 ? otherwise : _b.NewBlock();
            _b.Branch(Comparison.Equal, number, Number(numbers[i], size), match, next);
            if (ReferenceEquals(next, otherwise) || !_b.StartIfReached(next)) break;
        }

        return _b.StartIfReached(match);
    }

    /// <summary>Continues where a field is zero.</summary>
    /// <returns>Whether it can be.</returns>
    public bool GuardZero(Place header, HeaderField field, Block otherwise) =>
        _b.Guard(Comparison.Equal, Load(header, field), _b.Constant(0), otherwise);

    /// <summary>Loads a field of a header.</summary>
    public Value Load(Place header, HeaderField field) =>
        ((ScalarOperand)context.Memory.Load(FieldAt(header, field))).Value;

    /// <summary>The place of a field.</summary>
    public static PlaceReference FieldAt(Place header, HeaderField field) =>
        new(field.Type, header.At(field.Offset), Guarded: false, Shared: false)
        {
            BitOffset = field.BitOffset,
            BitCount = field.BitCount,
            Scale = field.Scale,
        };
}
