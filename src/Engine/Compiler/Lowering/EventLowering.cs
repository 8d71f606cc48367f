namespace EbpfCat.Compiler;

/// <summary>Lowers reads and writes of the traced event.</summary>
internal sealed class EventLowering(LoweringContext context)
{
    private const int PointerSize = 8;

    private readonly IrBuilder _b = context.Builder;
    private readonly ConversionLowering _conversions = context.Conversions;
    private readonly MemoryLowering _memory = context.Memory;

    public Operand Read(EventAccess access)
    {
        if (access.Type is EnumType named) access = access with { Type = named.Underlying };
        if (access.Type is FunctionType) return Function(access);
        if (access.Content is EventContent.RecordText or EventContent.RecordBytes) return FromRecord(access);
        if (access.Steps.Count == 0) return ReadRoot(access);
        if (access.Content != EventContent.Value) return Behind(access, Pointer(access));
        var checks = new NullChecks(_b);
        var last = access.Steps[^1];
        var pointer = Follow(access, checks);
        if (access.Type is ScalarType type)
        {
            var number = checks.End(ReadNumber(access, type, pointer, last));
            return new ScalarOperand((ScalarType)Typer.Plain(type)!, number);
        }

        var from = checks.End(_b.AddOffset(pointer, last.Offset));
        return access.Type is StringType
            ? ProbedText(access.Type, from, last.Memory)
            : new DeferredOperand(access.Type,
                place => _memory.ProbeRead(place, _b.Constant(access.Type.Size), from, last.Memory));
    }

    /// <summary>The address of a text or a list of texts.</summary>
    public TextSource AddressOf(EventAccess access) => access.Content == EventContent.RecordText
        ? new(RecordPointer(access, RecordLocation(access)), EventMemory.Kernel)
        : new(Pointer(access), access.Memory);

    // The pointer at the end of the path.
    private Value Pointer(EventAccess access)
    {
        if (access.Steps.Count == 0) return Root(access);
        var checks = new NullChecks(_b);
        var pointer = Follow(access, checks);
        return checks.End(access.IsListItem
            ? ReadItem(pointer, access.Steps[^1]) : ReadPointer(pointer, access.Steps[^1]));
    }

    // The item of a list, unless one before it is null.
    private Value ReadItem(Value list, EventStep step)
    {
        if (_b.Current is null) return _b.Constant(0);
        var (copy, end) = (_memory.Temporary(PointerSize), _b.NewBlock());
        var incoming = new List<(Block, Value)>();
        for (var offset = 0; offset < step.Offset; offset += PointerSize)
        {
            var item = ReadPointer(list, step with { Offset = offset }, copy);
            incoming.Add((_b.Current!, _b.Constant(0)));
            var more = _b.NewBlock();
            _b.BranchIfNotZero(item, more, end);
            _b.Start(more);
        }

        var last = ReadPointer(list, step, copy);
        incoming.Add((_b.Current!, last));
        _b.Jump(end);
        _b.Start(end);
        return _b.Phi([.. incoming]);
    }

    // The pointer to which the last step of the path is relative.
    private Value Follow(EventAccess access, NullChecks checks)
    {
        var pointer = Root(access);
        for (var i = 0; i < access.Steps.Count - 1; i++)
            pointer = ReadPointer(checks.Check(pointer, access.Steps[i]), access.Steps[i]);
        return checks.Check(pointer, access.Steps[^1]);
    }

    // Tests typed pointers for null, as the verifier requires before a load; the value is 0 where one is null.
    private sealed class NullChecks(IrBuilder b)
    {
        private Block? _absent;

        public Value Check(Value pointer, EventStep step)
        {
            if (step.Memory != EventMemory.Typed || b.Current is null) return pointer;
            _absent ??= b.NewBlock();
            var present = b.NewBlock();
            b.BranchIfNotZero(pointer, present, _absent);
            b.Start(present);
            return pointer;
        }

        public Value End(Value value)
        {
            if (_absent is null) return value;
            var (present, after) = (b.Current!, b.NewBlock());
            b.Jump(after);
            b.Start(_absent);
            var nothing = b.Constant(0);
            b.Jump(after);
            b.Start(after);
            return b.Phi((present, value), (_absent, nothing));
        }
    }

    private Value Root(EventAccess access)
    {
        var root = access.Root switch
        {
            EventRoot.CurrentTask => _b.Call(HelperId.GetCurrentTask),
            EventRoot.Constant => _b.Constant(access.Constant),
            EventRoot.TracedFunction => _b.Call(HelperId.GetFuncIp, context.ContextPointer),
            EventRoot.Alternatives => Choose(access.Alternatives),
            EventRoot.Pointer => context.Expressions.LowerScalar(access.Pointer!).Value,
            _ => _b.Load(RegionOf(access), context.ContextPointer, access.RootOffset, access.RootSize),
        };
        if (access.Index is not { } index) return root;
        var added = _b.Load(MemoryRegion.Context, context.ContextPointer, index.Offset, index.Size);
        return _b.Make(Op.Add, root, _b.Make(Op.Mul, added, _b.Constant(index.Scale)));
    }

    private PiecesOperand Function(EventAccess access)
    {
        var process = access.Memory == EventMemory.User ? context.SystemValues.ProcessId() : _b.Constant(0);
        return new PiecesOperand(
            FunctionType.Instance,
            [new(0, 8, Root(access)), new(FunctionType.ProcessOffset, 4, process), new(12, 4, _b.Constant(0))]);
    }

    private Value Choose(IReadOnlyList<EventAlternative> alternatives)
    {
        if (_b.Current is null) return _b.Constant(0);
        var cookie = _b.Call(HelperId.GetAttachCookie, context.ContextPointer);
        var end = _b.NewBlock();
        var values = new List<(Block, Value)>();
        foreach (var alternative in alternatives.SkipLast(1))
        {
            var chosen = _b.NewBlock();
            Block? other = null;
            foreach (var number in alternative.Cookies)
            {
                if (other is not null) _b.Start(other);
                other = _b.NewBlock();
                _b.Branch(Comparison.Equal, cookie, _b.Constant(number), chosen, other);
            }

            _b.Start(chosen);
            End(alternative);
            _b.Start(other!);
        }

        End(alternatives[^1]);
        _b.Start(end);
        return _b.Phi([.. values]);

        void End(EventAlternative alternative)
        {
            var value = ((ScalarOperand)Read(alternative.Access)).Value;
            values.Add((_b.Current!, value));
            _b.Jump(end);
        }
    }

    // Fields that programs may assign are loaded each time; loads of the rest of the context are shared.
    private static MemoryRegion RegionOf(EventAccess access) =>
        access.IsWritable ? MemoryRegion.Kernel : MemoryRegion.Context;

    /// <summary>Assigns a field of the context, whose value the kernel then uses.</summary>
    public void Assign(EventAccess access, BoundExpression value)
    {
        var converted = _conversions.Convert(context.Expressions.Lower(value), Typer.Plain(access.Type)!);
        if (converted is ScalarOperand number)
        {
            var type = (ScalarType)MemoryLowering.NumberOf(access.Type);
            var stored = type.NeedsSwap ? _b.Make(Op.ByteSwap, type.Bits, number.Value) : number.Value;
            converted = new PiecesOperand(type, [new Piece(0, access.RootSize, stored)]);
        }
        // Until Linux 6.4, only registers can be stored to the context, not constants.
        foreach (var piece in _memory.Pieces(converted,
            PieceLayout.Of(Math.Max(access.Type.Size, access.RootSize), access.RootSize)))
        {
            _b.Store(RegionOf(access), context.ContextPointer, access.RootOffset + piece.Offset, piece.Size,
                _b.Make(Op.Opaque, piece.Value));
        }
    }

    // The value is in the context, or behind a pointer in the context.
    private Operand ReadRoot(EventAccess access)
    {
        if (access.Content != EventContent.Value) return Behind(access, Root(access));
        if (access is { Type: AddressType, RootSize: 4 })
        {
            // Loaded now, because it may be assigned later, and in pieces of the size that all kernels allow.
            var place = new Place(RegionOf(access), context.ContextPointer, access.RootOffset);
            return new PiecesOperand(access.Type,
                _memory.LoadPieces(place,
                    PieceLayout.Of(access.Type.Size, Math.Min(access.RootSize, place.Alignment))));
        }

        if (access.Type is not ScalarType type)
        {
            var place = new Place(MemoryRegion.Context, context.ContextPointer, access.RootOffset);
            return new MemoryOperand(access.Type, place);
        }

        var value = Root(access);
        // A register may be wider than the value in it.
        if (access.RootSize * 8 > type.Bits && !type.IsSigned)
        {
            value = _b.Make(Op.And, value, _b.Constant(Simplifier.Mask(type.Bits)));
        }

        return Extended(access, type, value);
    }

    private ScalarOperand Extended(EventAccess access, ScalarType type, Value value)
    {
        if (type.NeedsSwap) value = _b.Make(Op.ByteSwap, type.Bits, value);
        if (access.BitCount > 0)
        {
            value = _b.Make(Op.And, _b.Make(Op.Shr, value, _b.Constant(access.BitOffset)),
                _b.Constant(Simplifier.Mask(access.BitCount)));
            if (type.IsSigned) value = _b.Make(Op.SignExtend, access.BitCount, value);
        }
        else if (type.IsSigned)
        {
            value = _b.Make(Op.SignExtend, type.Bits, value);
        }

        return new ScalarOperand((ScalarType)Typer.Plain(type)!, value);
    }

    private Value ReadPointer(Value pointer, EventStep step)
    {
        if (step.Memory == EventMemory.Typed) return _b.Load(MemoryRegion.Kernel, pointer, step.Offset, PointerSize);
        return ReadPointer(pointer, step, _memory.Temporary(PointerSize));
    }

    private Value ReadPointer(Value pointer, EventStep step, Place copy)
    {
        _memory.ProbeRead(copy, _b.Constant(PointerSize), _b.AddOffset(pointer, step.Offset), step.Memory);
        return _b.Load(copy, PointerSize);
    }

    private Value ReadNumber(EventAccess access, ScalarType type, Value pointer, EventStep step)
    {
        if (step.Memory == EventMemory.Typed)
        {
            return Extended(access, type, _b.Load(MemoryRegion.Kernel, pointer, step.Offset, type.Size)).Value;
        }

        var copy = _memory.Temporary(8);
        _memory.ProbeRead(copy, _b.Constant(type.Size), _b.AddOffset(pointer, step.Offset), step.Memory);
        return Extended(access, type, _b.Load(copy, type.Size)).Value;
    }

    private DeferredOperand ProbedText(EbpfType type, Value from, EventMemory memory) =>
        new(type, place => _memory.ProbeReadText(place, type.Size, from, memory));

    // The text or bytes that a pointer points to; their length may be known only at run time.
    private DeferredOperand Behind(EventAccess access, Value pointer)
    {
        if (access.Content == EventContent.TextListPointer) return TextsBehind(pointer, access.Memory);
        var (size, isText) = (access.Type.Size, access.Content == EventContent.TextPointer);
        if (access.Length is null)
        {
            return isText ? ProbedText(access.Type, pointer, access.Memory) : new DeferredOperand(access.Type, place =>
            {
                if (access.Type is not SocketAddressType address)
                {
                    _memory.ProbeRead(place, _b.Constant(size), pointer, access.Memory);
                    return;
                }

                var result = _memory.ProbeRead(place, _b.Constant(address.Capacity), pointer, access.Memory);
                StoreState(place.At(address.Capacity), pointer, result);
            }, FillsPlace: true);
        }

        var length = ((ScalarOperand)Read(access.Length)).Value;
        return new DeferredOperand(access.Type, place =>
        {
            // A text with a length has no NUL at its end.
            _memory.Zero(place, size);
            var endPoint = access.Type as SocketAddressType;
            var most = _b.Constant(isText ? size - 1 : endPoint?.Capacity ?? size);
            // Old verifiers see the limit only of an unsigned value that stays in one register from the comparison to
            // the call.
            var limited = _b.Make(Op.Opaque, _b.Make(Op.And, length, _b.Constant(int.MaxValue)));
            var bytes = _b.Select(Comparison.UnsignedLessOrEqual, limited, most);
            var result = _memory.ProbeRead(place, bytes, pointer, access.Memory);
            if (endPoint is not null) StoreState(place.At(endPoint.Capacity), pointer, result);
        }, FillsPlace: true);
    }

    // Zeros are an address without family, and neither that of a null pointer nor one that could not be read.
    private void StoreState(Place place, Value pointer, Value result)
    {
        var read = _b.Select(Comparison.Equal, result, _b.Constant(0), _b.Constant(0),
            _b.Constant(SocketAddressType.Unreadable));
        var state = _b.Select(Comparison.Equal, pointer, _b.Constant(0), _b.Constant(SocketAddressType.Missing), read);
        _b.Store(place, sizeof(int), state);
    }

    private DeferredOperand TextsBehind(Value list, EventMemory memory) => new(TextListType.Instance, place =>
    {
        if (_b.Current is null) return;
        var (result, end) = context.TextLists.ReadList(place.At(TextListType.TextsOffset), _b.Constant(0), 0,
            TextListType.Limit, TextListType.TextCapacity, list, memory, marksParts: true);
        _b.Store(place, 4, result);
        _b.Store(place.At(TextListType.UsedOffset), 4, end);
    }, FillsPlace: true);

    // Data behind the fields of the record (__data_loc): the low half of the field is its offset, the high half its
    // length.
    private DeferredOperand FromRecord(EventAccess access)
    {
        var location = RecordLocation(access);
        var pointer = RecordPointer(access, location);
        var size = access.Type.Size;
        if (access.Content == EventContent.RecordText)
            return ProbedText(access.Type, pointer, EventMemory.Kernel);
        return new DeferredOperand(access.Type, place =>
        {
            _memory.Zero(place, size);
            var length = _b.Select(Comparison.UnsignedLessOrEqual, _b.Make(Op.Shr, location, _b.Constant(16)),
                _b.Constant(size));
            _memory.ProbeRead(place, length, pointer, EventMemory.Kernel);
        }, FillsPlace: true);
    }

    private Value RecordLocation(EventAccess access) =>
        _b.Load(MemoryRegion.Context, context.ContextPointer, access.RootOffset, 4);

    private Value RecordPointer(EventAccess access, Value location)
    {
        var offset = _b.Make(Op.Add, _b.Make(Op.And, location, _b.Constant(0xffff)), _b.Constant(access.LocationBase));
        return _b.Make(Op.Add, context.ContextPointer, offset);
    }

    /// <summary>Lowers a text of which only the first bytes are used.</summary>
    public Operand LowerTextUpTo(BoundExpression expression, int bytes)
    {
        var capacity = StackSlot.RoomFor(bytes);
        if (expression is BoundHeaderField { Field.IsName: true, Type: StringType name } field
            && capacity < name.Capacity)
        {
            return context.Places.ReadField(field with { Type = new StringType(capacity) });
        }

        return expression is BoundEventValue
        {
            Access:
            {
                Type: StringType { Capacity: var whole },
                Content: EventContent.TextPointer or EventContent.RecordText,
            } access,
        } && capacity < whole
            ? Read(access with { Type = new StringType(capacity) })
            : context.Expressions.Lower(expression);
    }
}
