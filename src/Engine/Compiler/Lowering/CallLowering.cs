namespace EbpfCat.Compiler;

/// <summary>Lowers calls of helpers, and inlines calls of functions.</summary>
internal sealed class CallLowering(LoweringContext context)
{
    // The result of a call for a place that does not exist, as an entry of a full map; the same as of a helper for a
    // wrong address.
    private const long BadAddress = -14; // EFAULT

    private readonly IrBuilder _b = context.Builder;
    private readonly MemoryLowering _memory = context.Memory;
    private readonly ConversionLowering _conversions = context.Conversions;
    private readonly LocalLowering _locals = context.Locals;
    private readonly PacketLowering _packet = context.Packet;
    private readonly HeaderLowering _headers = context.Headers;
    private readonly PlaceLowering _places = context.Places;

    /// <summary>An argument of a helper: a value or an address.</summary>
    /// <param name="Value">The value, or the base of the address.</param>
    /// <param name="Offset">The offset from the base, in bytes.</param>
    /// <param name="Guarded">Whether the base may be null: then the helper is not called.</param>
    /// <param name="Local">The local that is assigned the bytes at the address after the call; null for none.</param>
    private readonly record struct HelperArgument(Value Value, int Offset = 0, bool Guarded = false,
        BoundLocal? Local = null);

    public ScalarOperand LowerHelperCall(BoundHelperCall call)
    {
        var id = call.Helper;
        var arguments = call.Arguments.Select(argument => argument switch
        {
            { ByPlace: true } => PlaceArgument(argument),
            { Value: BoundHeaderField { Type: BytesType { Length: var size }, Header: var header } } =>
                HeaderArgument(header, size, HelperTable.OfCall(id).Has(HelperTraits.ReadsPacketPointers)),
            _ => new HelperArgument(Argument(argument)),
        }).ToArray();
        var result = CallIfPresent(id, arguments);
        if (HelperTable.OfCall(id).Has(HelperTraits.InvalidatesPacketPointers)) _packet.Reload();
        return new ScalarOperand(ScalarType.Int64, result);
    }

    // A number is passed by value; a text, struct or IP address by its address; a key or value in the map's type.
    private Value Argument(BoundHelperArgument argument)
    {
        if (argument.Expected is { } type) return context.Expressions.LowerAddress(argument.Value, type);
        return context.Expressions.Lower(argument.Value) switch
        {
            ScalarOperand scalar => scalar.Value,
            var bytes => _conversions.AddressOf(_memory.InMemory(bytes), bytes.Type),
        };
    }

    // The address of the bytes; null if the packet ends before them, or has no such header.
    private HelperArgument HeaderArgument(PacketHeader header, int size, bool isInPacket)
    {
        var (absent, after) = (_b.NewBlock(), _b.NewBlock());
        var addresses = new List<(Block, Value)>();
        if (_headers.LocateBytes(header, size, absent) is { } place && _b.Current is not null)
        {
            if (place.Region == MemoryRegion.Packet && !isInPacket)
                place = _memory.Copy(new MemoryOperand(new BytesType(size), place)).Place;
            addresses.Add((_b.Current, _b.AddressOf(place)));
            _b.Jump(after);
        }

        if (_b.StartIfReached(absent))
        {
            addresses.Add((absent, _b.Constant(0)));
            _b.Jump(after);
        }

        return _b.StartIfReached(after)
            ? new HelperArgument(_b.Phi([.. addresses]), Guarded: absent.Predecessors.Count > 0)
            : new HelperArgument(_b.Constant(0));
    }

    // The address of the place; one that is written to is inserted if absent, as by an assignment.
    private HelperArgument PlaceArgument(BoundHelperArgument argument)
    {
        if (argument.Value is BoundLocalAccess { Local: { Type: ScalarType or AddressType } local })
        {
            var copy = _memory.Temporary(local.Type.Size);
            _conversions.Store(local.Type, copy, _locals.Read(local));
            return new HelperArgument(copy.Pointer, Local: argument.IsWritten ? local : null);
        }

        var place = _places.Locate(argument.Value, insert: argument.IsWritten);
        if (place.Guarded && !argument.IsWritten)
        {
            // What is absent is read as 0.
            var zero = _memory.Temporary(place.Type.Size);
            _memory.Zero(zero, place.Type.Size);
            _b.IfNotZero(place.Place.Pointer, () =>
                _memory.Store(zero, new MemoryOperand(place.Type, place.Place)));
            return new HelperArgument(zero.Pointer);
        }

        return new HelperArgument(place.Place.Pointer, place.Place.Offset, place.Guarded);
    }

    private Value CallIfPresent(int id, HelperArgument[] arguments)
    {
        if (_b.Current is null || !Array.Exists(arguments, argument => argument.Guarded)) return Call(id, arguments);
        var (absent, after) = (_b.NewBlock(), _b.NewBlock());
        foreach (var guarded in arguments.Where(argument => argument.Guarded))
        {
            var present = _b.NewBlock();
            _b.BranchIfNotZero(guarded.Value, present, absent);
            if (_b.StartIfReached(present))
            {
                continue;
            }

            _b.Start(absent);
            return _b.Constant(BadAddress);
        }

        var result = Call(id, arguments);
        var called = _b.Current;
        _b.Jump(after);
        if (absent.Predecessors.Count == 0)
        {
            _b.Start(after);
            return result;
        }

        _b.Start(absent);
        var failed = _b.Constant(BadAddress);
        _b.Jump(after);
        _b.Start(after);
        return _b.Phi((absent, failed), (called!, result));
    }

    private Value Call(int id, HelperArgument[] arguments)
    {
        var result = _b.Call(id, [.. arguments.Select(argument => argument.Offset == 0
            ? argument.Value
            : _b.AddOffset(argument.Value, argument.Offset))]);
        if (HelperTable.OfCall(id).Has(HelperTraits.NarrowStatus)) result = _b.Make(Op.SignExtend, 32, result);
        foreach (var (value, _, _, local) in arguments)
        {
            if (local is null) continue;
            _locals.Assign(local, _memory.Load(local.Type, new Place(MemoryRegion.Stack, value, 0)));
        }

        return result;
    }

    /// <summary>Inlines a call: each call has locals of its own.</summary>
    public ScalarOperand LowerFunctionCall(BoundCall call)
    {
        var function = call.Function;
        var arguments = call.Arguments.Select(context.Expressions.Lower).ToList();
        var frame = new Frame(isFunction: true, _b.NewBlock());
        var caller = context.Frame;
        context.Frame = frame;
        // The statements of the body must not release the temporaries of the statement with the call.
        var floor = context.Temporaries.BeginNested();
        context.Statements.DeclareLabels(function.Labels);
        for (var i = 0; i < arguments.Count; i++) _locals.Assign(function.Parameters[i], arguments[i]);
        _b.Write(frame.Result, _b.Constant(0));
        _locals.Reset(function);
        context.Statements.Lower(function.Body);
        _b.Jump(frame.Exit);
        context.Frame = caller;
        context.Temporaries.EndNested(floor);
        _locals.Release(frame);
        if (frame.Exit.Predecessors.Count > 0) _b.Start(frame.Exit);
        return new ScalarOperand(function.ResultType, _b.Read(frame.Result));
    }
}
