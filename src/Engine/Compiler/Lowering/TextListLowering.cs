namespace EbpfCat.Compiler;

/// <summary>Lowers the reading of texts, one after the other: see <see cref="PackedTexts"/> for the layout.</summary>
internal sealed class TextListLowering(LoweringContext context)
{
    private const int PointerSize = 8;

    private readonly IrBuilder _b = context.Builder;
    private readonly MemoryLowering _memory = context.Memory;

    /// <summary>Reads a text to a place at a variable offset.</summary>
    /// <param name="to">The place that the offset is from.</param>
    /// <param name="end">The offset.</param>
    /// <returns>The result of the helper, and the offset behind the text.</returns>
    public (Value Result, Value End) ReadText(Place to, Value end, int capacity, Value from, EventMemory memory)
    {
        var result = _memory.ProbeReadText(At(to, end), capacity, from, memory);
        // The verifier sees the limit only of a value that stays in one register from the comparison on.
        var length = _b.Make(Op.Opaque, result);
        var read = _b.Select(
            Comparison.UnsignedLessOrEqual, length, _b.Constant(capacity), length, _b.Constant(0));
        return (result, _b.Make(Op.Add, end, read));
    }

    /// <summary>Reads the texts of a list, as many as there are or as there is room for.</summary>
    /// <param name="to">The place that the offset is from.</param>
    /// <param name="start">The offset of the first text.</param>
    /// <param name="maxStart">The maximum of that.</param>
    /// <param name="limit">The bytes of the texts after which no further one begins.</param>
    /// <param name="capacity">The maximum of a text in bytes, with its NUL.</param>
    /// <param name="marksParts">Whether the result says if a text is not whole.</param>
    /// <returns>The result of the list, and the offset behind the texts.</returns>
    public (Value Result, Value End) ReadList(
        Place to, Value start, int maxStart, int limit, int capacity, Value list, EventMemory memory,
        bool marksParts = false)
    {
        var (index, end, part) = (new SsaVariable("index"), new SsaVariable("end"), new SsaVariable("part"));
        _b.Write(index, _b.Constant(0));
        _b.Write(end, start);
        _b.Write(part, _b.Constant(0));
        var copy = _memory.Temporary(PointerSize);
        _b.LoopDepth++;
        var (head, read, text, below, room) =
            (_b.NewBlock(), _b.NewBlock(), _b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        _b.LoopDepth--;
        var (unreadable, cut, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        _b.Jump(head);
        _b.Start(head, seal: false);
        var pointer = _b.Make(Op.Add, list, _b.Make(Op.Shl, _b.Read(index), _b.Constant(3)));
        var failed = _memory.ProbeRead(copy, _b.Constant(PointerSize), pointer, memory);
        _b.BranchIfNotZero(failed, unreadable, read);
        _b.Start(read);
        var count = _b.Read(index);
        var address = _b.Load(copy, PointerSize);
        _b.BranchIfNotZero(address, text, after);
        _b.Start(text);
        _b.Branch(Comparison.UnsignedLess, count, _b.Constant(PackedTexts.MaxCount), below, cut);
        _b.Start(below);
        var at = _b.Make(Op.Opaque, _b.Read(end));
        var last = _b.Constant(maxStart + limit);
        _b.Branch(Comparison.UnsignedLessOrEqual, at, last, room, cut);
        _b.Start(room);
        // The verifiers before Linux 6.8 forget a limit of a value that was spilled before the comparison.
        var near = _b.Make(Op.Opaque, at);
        var bounded = _b.Select(Comparison.UnsignedLessOrEqual, near, last, near, last);
        var (result, next) = ReadText(to.At(PackedTexts.Header), bounded, capacity, address, memory);
        _b.Store(At(to, bounded), PackedTexts.Header, result);
        _b.Write(end, _b.AddOffset(next, PackedTexts.Header));
        _b.Write(index, _b.AddOffset(count, 1));
        if (marksParts)
        {
            _b.Write(part, _b.Select(Comparison.UnsignedLess, _b.AddOffset(result, -1), _b.Constant(capacity - 1),
                _b.Read(part), _b.Constant(PackedTexts.PartFlag)));
        }

        _b.Jump(head);
        _b.Seal(head);
        var incoming = new List<(Block, Value)> { (read, count) };
        foreach (var (block, flag) in
            new[] { (unreadable, PackedTexts.UnreadableFlag), (cut, PackedTexts.CutFlag) })
        {
            _b.Start(block);
            incoming.Add((block, _b.Make(Op.Or, _b.Read(index), _b.Constant(flag))));
            _b.Jump(after);
        }

        _b.Start(after);
        var total = _b.Phi([.. incoming]);
        return (marksParts ? _b.Make(Op.Or, total, _b.Read(part)) : total, _b.Read(end));
    }

    private Place At(Place place, Value offset) =>
        place with { Pointer = _b.Make(Op.Add, place.Pointer, offset) };
}
