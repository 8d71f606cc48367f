namespace EbpfCat.Compiler;

/// <summary>Lowers reads and writes of locals.</summary>
internal sealed class LocalLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly MemoryLowering _memory = context.Memory;
    private readonly ConversionLowering _conversions = context.Conversions;

    // Slots of locals of functions that have been inlined.
    private readonly List<StackSlot> _unusedSlots = [];

    /// <summary>The storage of a local, allocated at its first use.</summary>
    /// <param name="local">The local.</param>
    /// <param name="wholeWrite">Whether this use writes all of it.</param>
    public LocalStorage StorageOf(BoundLocal local, bool wholeWrite) => context.Frame.Storage(local, l =>
    {
        var type = l.Type;
        if (type is ScalarType number)
        {
            return new LocalStorage([new SsaVariable(l.Name, number.IsSigned || number.IsFixed ? 8 : number.Size)],
                [(0, 8)], null);
        }

        if (type is AddressType)
        {
            var layout = PieceLayout.Of(type.Size, 8);
            return new LocalStorage([.. layout.Select(p => new SsaVariable($"{l.Name}+{p.Offset}"))], [.. layout],
                null);
        }

        var slot = wholeWrite && context.Frame.IsFunction ? SlotForCall(type.Size) : _b.Function.NewSlot(type.Size);
        // A local is zero before its first write, unless that write is the first use on every path.
        if (!wholeWrite || (_b.Current != _b.Function.Entry && !context.Frame.IsFunction)) ZeroAtEntry(slot);
        return new LocalStorage([], [], slot);
    });

    // An inlined call uses the slots of the calls before it, whose locals are dead.
    private StackSlot SlotForCall(int size)
    {
        var at = _unusedSlots.FindIndex(slot => slot.Size == size);
        if (at < 0) return _b.Function.NewSlot(size);
        var slot = _unusedSlots[at];
        _unusedSlots.RemoveAt(at);
        return slot;
    }

    /// <summary>Gives the slots of an inlined function to functions that are inlined later.</summary>
    public void Release(Frame frame) => _unusedSlots.AddRange(frame.Slots);

    private void ZeroAtEntry(StackSlot slot)
    {
        var entry = _b.Function.Entry;
        var at = 1; // behind the context
        Value Insert(Value value)
        {
            value.Block = entry;
            entry.Body.Insert(at++, value);
            return value;
        }

        var address = Insert(_b.Function.FrameAddress(slot));
        foreach (var (offset, size) in PieceLayout.Of(slot.Room, 8))
            Insert(_b.Function.Store(MemoryRegion.Stack, address, offset, size, _b.Constant(0)));
    }

    public Operand Read(BoundLocal local)
    {
        var storage = StorageOf(local, wholeWrite: false);
        if (storage.Slot is { } slot) return new MemoryOperand(local.Type, _b.PlaceOf(slot));
        if (local.Type is ScalarType scalar) return new ScalarOperand(scalar.Plain, _b.Read(storage.Pieces[0]));
        return new PiecesOperand(local.Type,
            [.. storage.Layout.Select((p, i) => new Piece(p.Offset, p.Size, _b.Read(storage.Pieces[i])))]);
    }

    public void Assign(BoundLocal local, Operand value)
    {
        var type = local.Type;
        var converted = _conversions.Convert(value, type);
        var storage = StorageOf(local, wholeWrite: true);
        if (storage.Slot is { } slot)
        {
            _conversions.Store(type, _b.PlaceOf(slot), converted);
            return;
        }

        if (converted is ScalarOperand scalar)
        {
            _b.Write(storage.Pieces[0], scalar.Value);
            return;
        }

        var pieces = _memory.Pieces(converted, storage.Layout);
        for (var i = 0; i < pieces.Count; i++) _b.Write(storage.Pieces[i], pieces[i].Value);
    }

    /// <summary>Sets the locals of a function to zero, at each call.</summary>
    public void Reset(BoundFunction function)
    {
        foreach (var local in function.Locals)
        {
            var storage = StorageOf(local, wholeWrite: true);
            if (storage.Slot is { } slot) _memory.Zero(_b.PlaceOf(slot), slot.Room);
            foreach (var piece in storage.Pieces) _b.Write(piece, _b.Constant(0));
        }
    }
}
