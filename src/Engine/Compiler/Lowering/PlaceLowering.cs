namespace EbpfCat.Compiler;

/// <summary>Lowers expressions that name a place: finds, reads and writes it.</summary>
internal sealed class PlaceLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly MemoryLowering _memory = context.Memory;
    private readonly ConversionLowering _conversions = context.Conversions;
    private readonly LocalLowering _locals = context.Locals;
    private readonly PacketLowering _packet = context.Packet;
    private readonly HeaderLowering _headers = context.Headers;
    private readonly MapLowering _maps = context.Maps;
    private readonly NameLowering _names = new(context);

    public PlaceReference Locate(BoundExpression expression, bool insert = false)
    {
        switch (expression)
        {
            case BoundVariableAccess variable:
                return _maps.LocateVariable(variable.Location, insert);
            case BoundPacketAccess { Stored: var type } access:
                var bytes = _packet.Locate(
                    context.Expressions.LowerScalar(access.Offset).Value, type.Size, isWritten: insert);
                return new PlaceReference(type, bytes, false, false);
            case BoundMapEntry entry:
                return _maps.LocateEntry(entry.Map, entry.Key, insert);
            case BoundInnerEntry entry:
                return _maps.LocateInnerEntry(entry, insert);
            case BoundLocalAccess { Local: var local }
                when _locals.StorageOf(local, wholeWrite: false).Slot is { } slot:
                return new PlaceReference(local.Type, _b.PlaceOf(slot), false, false);
            case BoundFieldAccess { Field: var found } field:
                var target = Locate(field.Target, insert);
                return target with { Type = found.Type, Place = target.Place.At(found.Offset) };
            case BoundElementAccess index:
                return LocateElement(index, insert);
            default:
                var operand = context.Expressions.Lower(expression);
                return new PlaceReference(operand.Type, _memory.InMemory(operand).Place, false, false);
        }
    }

    // An element outside the array is like an absent map entry: a read gives 0, and a write does nothing.
    private PlaceReference AbsentElement(PlaceReference target, ArrayType array)
    {
        var place = new Place(target.Place.Region, _b.Constant(0), 0);
        return target with { Type = array.Element, Place = place, Guarded = true };
    }

    private PlaceReference LocateElement(BoundElementAccess index, bool insert)
    {
        var target = Locate(index.Target, insert);
        var array = target.Type as ArrayType ?? new ArrayType(ScalarType.UInt8, target.Type.Size);

        var number = context.Expressions.LowerScalar(index.Index).Value;
        if (number.IsConstant)
        {
            // A local may turn out to have a constant value outside the array.
            if (number.Immediate < 0 || number.Immediate >= array.Count) return AbsentElement(target, array);
            var place = target.Place.At((int)number.Immediate * array.Element.Size);
            return target with { Type = array.Element, Place = place };
        }

        // The verifier allows only constant offsets in the context.
        if (target.Place.Region == MemoryRegion.Context)
        {
            target = target with { Place = _memory.Copy(new MemoryOperand(target.Type, target.Place)).Place };
        }
        // The verifier must see the bound of the very value that the address is computed from. An index outside gives a
        // null pointer.
        if (ValueRange.VisibleMaximum(number) >= (ulong)array.Count) number = _b.Make(Op.Opaque, number);
        var (inside, outside, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        _b.Branch(Comparison.UnsignedLess, number, _b.Constant(array.Count), inside, outside);
        if (!_b.StartIfReached(inside)) return AbsentElement(target, array);
        if (target.Guarded)
        {
            var present = _b.NewBlock();
            _b.BranchIfNotZero(target.Place.Pointer, present, outside);
            _b.Start(present);
        }

        var pointer = _b.Make(Op.Add, target.Place.Pointer, _b.Make(Op.Mul, number, _b.Constant(array.Element.Size)));
        if (target.Place.Offset != 0) pointer = _b.Make(Op.Add, pointer, _b.Constant(target.Place.Offset));
        var end = _b.Current!;
        _b.Jump(after);
        var incoming = new List<(Block, Value)> { (end, pointer) };
        if (_b.StartIfReached(outside))
        {
            incoming.Add((outside, _b.Constant(0)));
            _b.Jump(after);
        }

        _b.Start(after);
        var element = _b.Phi([.. incoming]);
        return target with { Type = array.Element, Place = new Place(target.Place.Region, element, 0), Guarded = true };
    }

    /// <summary>The value of a field; 0 where its header is absent.</summary>
    public Operand ReadField(BoundHeaderField field)
    {
        if (field is { Field.IsName: true, Type: StringType text }) return _names.Read(field.Header, text.Capacity);
        var absent = _b.NewBlock();
        var value = field.Field.IsProtocol ? _headers.Protocol(field.Header, absent)
            : field.Field.IsOffset ? _headers.Offset(field.Header, absent)
            : _headers.Locate(field, absent) is { } place ? _memory.Load(place) : null;
        if (value is not { } loaded)
        {
            _b.StartIfReached(absent);
            return _conversions.Convert(new ScalarOperand(ScalarType.Int64, _b.Constant(0)), field.Type);
        }

        if (absent.Predecessors.Count == 0) return loaded;
        var (present, after) = (_b.Current!, _b.NewBlock());
        _b.LeaveOpen();
        _b.Start(absent);
        _b.Jump(after);
        _b.Continue(present);
        return JoinZero(loaded, absent, after);
    }

    public Operand Read(BoundExpression expression)
    {
        var reference = Locate(expression);
        if (!reference.Guarded) return Settled(_memory.Load(reference));
        if (MemoryLowering.NumberOf(reference.Type) is ScalarType or AddressType) return ReadGuarded(reference);
        // A struct or text that may be absent is copied; where it is absent, the copy is zeros.
        var copy = _memory.Temporary(reference.Type.Size);
        _memory.Zero(copy, reference.Type.Size);
        _b.IfNotZero(reference.Place.Pointer, () =>
            _conversions.Store(reference.Type, copy, new MemoryOperand(reference.Type, reference.Place)));
        return new MemoryOperand(reference.Type, copy);
    }

    // A text or struct stays where it is until it is used. If a call may write to that memory before, it is copied; the
    // calls that it is an argument of run when it is used.
    private Operand Settled(Operand operand) =>
        context.WritingCalls > context.CallDepth
        && operand is MemoryOperand { Place.Region: MemoryRegion.Packet or MemoryRegion.Map } there
        ? _memory.Copy(there)
        : operand;

    private Operand ReadGuarded(PlaceReference reference)
    {
        var (present, absent, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        _b.BranchIfNotZero(reference.Place.Pointer, present, absent);
        _b.Start(absent);
        _b.Jump(after);
        _b.Start(present);
        return JoinZero(_memory.Load(reference), absent, after);
    }

    // Joins a number or address with zero on the path where it is absent.
    private Operand JoinZero(Operand loaded, Block absent, Block after)
    {
        var end = _b.Current!;
        _b.Jump(after);
        _b.Start(after);
        Value OrZero(Value value) => _b.Phi((absent, _b.Constant(0)), (end, value));
        return loaded is ScalarOperand scalar
            ? scalar with { Value = OrZero(scalar.Value) }
            : new PiecesOperand(loaded.Type,
                [.. ((PiecesOperand)loaded).Pieces.Select(p => p with { Value = OrZero(p.Value) })]);
    }
}
