namespace EbpfCat.Compiler;

/// <summary>Lowers output of records.</summary>
internal sealed class OutputLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly MemoryLowering _memory = context.Memory;
    private readonly ConversionLowering _conversions = context.Conversions;
    private readonly MapLowering _maps = context.Maps;
    private readonly PlaceLowering _places = context.Places;
    private readonly OutputTextLowering _texts = new(context);

    public void Lower(BoundOutput output)
    {
        var (type, number) = (output.Record.Struct, output.Number);
        const int header = ProgramResources.RecordHeader;
        Value size = _b.Constant(type.Size + header);
        var values = new List<(StructField Field, Operand Value)>();
        var texts = new List<(StructField Field, TextSource Source)>();
        foreach (var (field, value) in output.Record.Fields)
        {
            if (field.Type is RecordTextType) texts.Add((field, _texts.Locate(value)));
            else values.Add((field, LowerOutputField(value, field.Type, isUndisturbed: output.CallCount == 0)));
        }

        if (_b.Current is null) return;
        var (lost, after) = (_b.NewBlock(), _b.NewBlock());
        var events = _b.MapAddress(context.Resources.EventMap!.Value);
        var isRing = context.Program.Definition.Buffer == EventBuffer.RingBuffer;
        var inPlace = isRing && texts.Count == 0;
        var release = inPlace ? null : TakeScratch(lost);
        var record = inPlace
            ? _b.Call(HelperId.RingbufReserve, events, size, _b.Constant(0))
            : _maps.LookupKey(context.Resources.ScratchMap!.Value, 0);
        var there = _b.NewBlock();
        _b.BranchIfNotZero(record, there, lost);
        _b.Start(there);
        var place = new Place(MemoryRegion.Map, record, 0);
        _b.Store(place.Region, record, 0, header, _b.Constant(number));
        _memory.ZeroGaps(type, output.Record.Fields.Select(one => one.Field), place.At(header));
        foreach (var (field, value) in values)
            _conversions.Store(field.Type, place.At(header + field.Offset), value);
        if (texts.Count > 0)
            size = _b.AddOffset(_texts.Read(place.At(header), type, texts), header);
        if (inPlace)
        {
            _b.Call(HelperId.RingbufSubmit, record, _b.Constant(0));
            _b.Jump(after);
        }
        else
        {
            const long thisProcessor = 0xffffffff; // BPF_F_CURRENT_CPU
            var refused = isRing
                ? _b.Call(HelperId.RingbufOutput, events, record, size, _b.Constant(0))
                : _b.Call(HelperId.PerfEventOutput, context.ContextPointer, events, _b.Constant(thisProcessor), record,
                    size);
            release?.Invoke();
            _b.BranchIfNotZero(refused, lost, after);
        }

        _b.Start(lost);
        _maps.Count(context.Resources.Lost!);
        _b.Jump(after);
        _b.Start(after);
    }

    // Takes the memory of this processor, where another run of the program may have been preempted while it uses it.
    // The record is then lost.
    private Action? TakeScratch(Block lost)
    {
        const long onlyNew = 1; // BPF_NOEXIST
        if (context.Resources.ScratchLockMap is not { } index) return null;
        var key = _memory.Temporary(sizeof(int));
        _b.Store(key, sizeof(int), _b.Call(HelperId.GetSmpProcessorId));
        var taken = _b.NewBlock();
        _b.BranchIfNotZero(
            _b.Call(HelperId.MapUpdate, _b.MapAddress(index), key.Pointer, key.Pointer, _b.Constant(onlyNew)),
            lost, taken);
        _b.Start(taken);
        return () => _b.Call(HelperId.MapDelete, _b.MapAddress(index), key.Pointer);
    }

    // A large value is copied from its entry directly to the record, because the stack has no room for several. If
    // calls in the record may change the entry before that, it goes by way of the stack.
    private Operand LowerOutputField(BoundExpression value, EbpfType type, bool isUndisturbed)
    {
        const int large = 64;
        if (type.Size <= large || value is not (BoundFieldAccess or BoundMapEntry) || value.Type != type
            || !isUndisturbed)
        {
            return context.Expressions.Lower(value);
        }

        var reference = _places.Locate(value);
        if (!reference.Guarded) return _memory.Load(reference);
        return new DeferredOperand(type, place =>
        {
            var (present, absent, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
            _b.BranchIfNotZero(reference.Place.Pointer, present, absent);
            _b.Start(present);
            // Each word is stored before the next is loaded, because registers cannot hold all of them.
            var from = reference.Place;
            foreach (var (offset, size) in PieceLayout.Of(type.Size, Math.Min(place.Alignment, from.Alignment)))
            {
                _b.Store(place.At(offset), size,
                    _b.Load(from.At(offset), size));
            }

            _b.Jump(after);
            _b.Start(absent);
            _memory.Zero(place, type.Size);
            _b.Jump(after);
            _b.Start(after);
        }, FillsPlace: true);
    }
}
