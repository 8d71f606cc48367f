namespace EbpfCat.Compiler;

/// <summary>
/// Lowers texts that are put out: they are read behind the fields of a record, which then is as long as they need. See
/// <see cref="RecordTextType"/> for the layout.
/// </summary>
internal sealed class OutputTextLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly MemoryLowering _memory = context.Memory;
    private readonly TextListLowering _lists = context.TextLists;

    /// <summary>Lowers what the text is read from, before the record is there.</summary>
    public TextSource Locate(BoundExpression text)
    {
        if (text is BoundConversion conversion) text = conversion.Operand;
        if (text is BoundEventValue value) return context.Events.AddressOf(value.Access);
        var remembered = (BoundRememberedText)text;
        return new(Number(remembered.Address), EventMemory.User)
        {
            Copy = context.Places.Locate(remembered.Copy),
            CopyLength = remembered.CopyLength is { } length ? Number(length) : null,
            NewStart = remembered.NewStart is { } start ? Number(start) : null,
            NewEnd = remembered.NewEnd is { } end ? Number(end) : null,
        };

        Value Number(BoundExpression number) => context.Expressions.LowerScalar(number).Value;
    }

    /// <summary>Reads the texts of a record into it.</summary>
    /// <param name="record">The place of the record, from its first field on.</param>
    /// <param name="type">The record's type.</param>
    /// <param name="texts">The fields, with what they are read from.</param>
    /// <returns>The size of the record in bytes.</returns>
    public Value Read(Place record, StructType type, IEnumerable<(StructField Field, TextSource Source)> texts)
    {
        Value end = _b.Constant(type.Size);
        var maxEnd = type.Size;
        foreach (var (field, source) in texts)
        {
            var text = (RecordTextType)field.Type;
            var location = record.At(field.Offset);
            _b.Store(location, 4, end);
            _b.Store(location.At(RecordTextType.AddressOffset), 8, source.Pointer);
            var (result, next) = Read(record, text, source, end, maxEnd);
            _b.Store(location.At(RecordTextType.ResultOffset), 4, result);
            end = next;
            maxEnd += text.MaxTail;
        }

        return end;
    }

    private (Value Result, Value End) Read(Place record, RecordTextType text, TextSource source, Value end, int maxEnd)
    {
        if (source.Copy is not { } copy) return FromPointer(source.Pointer, source.Memory);
        var (copied, again, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        var ends = new List<(Block, (Value Result, Value End) Value)>();
        if (copy.Guarded)
        {
            var present = _b.NewBlock();
            _b.BranchIfNotZero(copy.Place.Pointer, present, again);
            _b.Start(present);
        }

        if (text.IsList)
        {
            // The flags of an incomplete list are above its number of texts.
            var count = _b.Load(copy.Place, 4);
            var size = _b.Make(Op.Opaque, _b.Load(copy.Place.At(TextListType.UsedOffset), 4));
            var max = TextListType.Instance.Size - TextListType.TextsOffset;
            var whole = _b.NewBlock();
            _b.Branch(Comparison.UnsignedLessOrEqual, count, _b.Constant(PackedTexts.MaxCount), whole, again);
            _b.Start(whole);
            _b.Branch(Comparison.UnsignedLessOrEqual, size, _b.Constant(max), copied, again);
            _b.Start(copied);
            _memory.ProbeRead(record with { Pointer = _b.Make(Op.Add, record.Pointer, end) }, size,
                _b.AddressOf(copy.Place.At(TextListType.TextsOffset)), EventMemory.Kernel);
            End((count, _b.Make(Op.Add, end, size)));
        }
        else
        {
            var max = copy.Type.Size - 1;
            var before = _b.AddOffset(source.CopyLength!, -1);
            _b.Branch(Comparison.UnsignedLess, before, _b.Constant(max), copied, again);
            _b.Start(copied);
            End(FromPointer(_b.AddressOf(copy.Place), EventMemory.Kernel));
        }

        if (!_b.StartIfReached(again)) throw new UnreachableException();
        if (source.NewStart is { } start)
        {
            var (isNew, isOld) = (_b.NewBlock(), _b.NewBlock());
            _b.BranchIfNotZero(start, isNew, isOld);
            _b.Start(isNew);
            End(source.NewEnd is { } stop ? Bytes(start, stop) : FromPointer(start, EventMemory.User));
            _b.Start(isOld);
        }

        End(FromPointer(source.Pointer, EventMemory.User));
        _b.Start(after);
        return (_b.Phi([.. ends.Select(one => (one.Item1, one.Value.Result))]),
            _b.Phi([.. ends.Select(one => (one.Item1, one.Value.End))]));

        (Value, Value) FromPointer(Value pointer, EventMemory memory) => text.IsList
            ? _lists.ReadList(record, end, maxEnd, RecordTextType.ListLimit, text.Capacity, pointer, memory)
            : _lists.ReadText(record, end, text.Capacity, pointer, memory);

        void End((Value Result, Value End) value)
        {
            ends.Add((_b.Current!, value));
            _b.Jump(after);
        }

        // The bytes of the texts, which lie one after the other in the memory of a program that has started.
        (Value, Value) Bytes(Value first, Value last)
        {
            var size = _b.Make(Op.Opaque, _b.Make(Op.Sub, last, first));
            var limit = _b.Constant(RecordTextType.ListLimit);
            var flags = _b.Select(Comparison.UnsignedLessOrEqual, size, limit, _b.Constant(PackedTexts.RawFlag),
                _b.Constant(PackedTexts.RawFlag | PackedTexts.CutFlag));
            var bounded = _b.Select(Comparison.UnsignedLessOrEqual, size, limit);
            var failed = _memory.ProbeRead(
                record with { Pointer = _b.Make(Op.Add, record.Pointer, end) }, bounded, first, EventMemory.User);
            var result = _b.Select(Comparison.Equal, failed, _b.Constant(0), _b.Make(Op.Or, flags, bounded),
                _b.Constant(PackedTexts.UnreadableFlag));
            return (result, _b.Make(Op.Add, end, bounded));
        }
    }
}

/// <summary>What a text, or a list of texts, is read from.</summary>
/// <param name="Pointer">The address of the text, or of a list of addresses.</param>
/// <param name="Memory">The memory that it is in.</param>
internal sealed record TextSource(Value Pointer, EventMemory Memory)
{
    /// <summary>An earlier copy, which is used if it is whole.</summary>
    public PlaceReference? Copy { get; init; }

    /// <summary>The result of reading the copy of a text.</summary>
    public Value? CopyLength { get; init; }

    /// <summary>Where the text is now, if it is not zero; see <see cref="BoundRememberedText.NewStart"/>.</summary>
    public Value? NewStart { get; init; }

    /// <summary>The end of the texts of a list there.</summary>
    public Value? NewEnd { get; init; }
}
