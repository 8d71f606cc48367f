using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <summary>Lowers expressions that name a place: finds, reads and writes it.</summary>
internal sealed class PlaceLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;

    /// <summary>The address of a key's or value's bytes.</summary>
    public Value AddressOf(BoundExpression expression, EbpfType type) =>
        expression is BoundStruct record && record.Type == type
        ? _b.AddressOf(context.Structs.InTemporary(record).Place)
        : AddressOf(context.Expressions.Lower(expression), type);

    public Value AddressOf(Operand operand, EbpfType type)
    {
        // Helpers take no address in what a program is given, nor in what the kernel lets it load from directly.
        if (operand.Type == type && operand is MemoryOperand { Place: var there }
            && there.Region is not (MemoryRegion.Context or MemoryRegion.Kernel))
        {
            return _b.AddressOf(there);
        }

        var place = context.Memory.Temporary(type.Size);
        context.Conversions.StoreWhole(type, place, operand is ScalarOperand && type is ScalarType scalar
            ? context.Conversions.Convert(operand, Typer.Plain(scalar)!)
            : operand);
        return place.Pointer;
    }

    public PlaceReference Locate(BoundExpression expression, bool insert = false)
    {
        switch (expression)
        {
            case BoundVariableAccess variable:
                return context.Maps.LocateVariable(variable.Location, insert);
            case BoundPacketAccess { Stored: var type } access:
                var bytes = context.Packet.PlaceAt(context.Expressions.LowerScalar(access.Offset).Value, type.Size);
                return new PlaceReference(type, bytes, false, false)
                {
                    BitOffset = access.BitOffset,
                    BitCount = access.BitCount,
                };
            case BoundHeaderField field:
                return HeaderLowering.FieldAt(context.Headers.PlaceOf(field.Header), field.Field);
            case BoundMapEntry entry:
                return context.Maps.LocateEntry(entry.Map, entry.Key, insert);
            case BoundInnerEntry entry:
                return context.Maps.LocateInnerEntry(entry, insert);
            case BoundLocalAccess { Local: var local }
                when context.Locals.StorageOf(local, wholeWrite: false).Slot is { } slot:
                return new PlaceReference(local.Type, _b.PlaceOf(slot), false, false);
            case BoundFieldAccess { Field: var found } field:
                var target = Locate(field.Target, insert);
                return target with { Type = found.Type, Place = target.Place.At(found.Offset) };
            case BoundElementAccess index:
                return LocateElement(index, insert);
            default:
                var operand = context.Expressions.Lower(expression);
                return new PlaceReference(operand.Type, context.Memory.InMemory(operand).Place, false, false);
        }
    }

    // A null pointer, as that of an absent map entry: reading gives 0, and writing does nothing.
    private PlaceReference AbsentElement(PlaceReference target, ArrayType array)
    {
        var place = new Place(target.Place.Region, _b.Constant(0), 0);
        return target with { Type = array.Element, Place = place, Guarded = true };
    }

    private PlaceReference LocateElement(BoundElementAccess index, bool insert)
    {
        var target = Locate(index.Target, insert);
        var array = target.Type as ArrayType ?? new ArrayType(ScalarType.UInt8, ((BytesType)target.Type).Length);

        var number = context.Expressions.LowerScalar(index.Index).Value;
        if (number.IsConstant)
        {
            // The value of a local may turn out to be one that is outside.
            if (number.Immediate < 0 || number.Immediate >= array.Count) return AbsentElement(target, array);
            var place = target.Place.At((int)number.Immediate * array.Element.Size);
            return target with { Type = array.Element, Place = place };
        }

        // The context is read at offsets that are known when the program is verified.
        if (target.Place.Region == MemoryRegion.Context)
        {
            target = target with { Place = context.Memory.Copy(new MemoryOperand(target.Type, target.Place)).Place };
        }
        // The verifier must see the bound, on the value itself that the address is made of. The index outside it makes
        // the pointer null, as an absent map entry is.
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

    public Operand Read(BoundExpression expression)
    {
        var reference = Locate(expression);
        if (!reference.Guarded) return Settled(LoadReference(reference));
        if (MemoryLowering.NumberOf(reference.Type) is ScalarType or AddressType) return ReadGuarded(reference);
        // A struct or text that may be absent: zeros, or a copy.
        var copy = context.Memory.Temporary(reference.Type.Size);
        var (present, after) = (_b.NewBlock(), _b.NewBlock());
        foreach (var (offset, size) in PieceLayout.Of(reference.Type.Size, 8))
        {
            _b.Store(copy.Region, copy.Pointer, offset, size, _b.Constant(0));
        }

        _b.BranchIfNotZero(reference.Place.Pointer, present, after);
        _b.Start(present);
        context.Conversions.Store(reference.Type, copy, new MemoryOperand(reference.Type, reference.Place));
        _b.Jump(after);
        _b.Start(after);
        return new MemoryOperand(reference.Type, copy);
    }

    // A text or struct is used where it lies. Where a call may write there before that, but for the calls that it is
    // handed to, it is copied.
    private Operand Settled(Operand operand) =>
        context.WritingCalls > context.CallDepth
        && operand is MemoryOperand { Place.Region: MemoryRegion.Packet or MemoryRegion.Map } there
        ? context.Memory.Copy(there)
        : operand;

    private Operand ReadGuarded(PlaceReference reference)
    {
        var (present, absent, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        _b.BranchIfNotZero(reference.Place.Pointer, present, absent);
        _b.Start(absent);
        _b.Jump(after);
        _b.Start(present);
        var loaded = LoadReference(reference);
        var end = _b.Current!;
        _b.Jump(after);
        _b.Start(after);
        var zero = _b.Constant(0);
        if (loaded is ScalarOperand scalar)
        {
            return scalar with { Value = _b.Phi((absent, zero), (end, scalar.Value)) };
        }

        return new PiecesOperand(loaded.Type,
            [.. ((PiecesOperand)loaded).Pieces.Select(p => p with { Value = _b.Phi((absent, zero), (end, p.Value)) })]);
    }

    public Operand LoadReference(PlaceReference reference)
    {
        var loaded = context.Memory.Load(reference.Type, reference.Place);
        if (reference.BitCount == 0 || loaded is not ScalarOperand scalar) return loaded;
        var value = _b.Make(Op.And, _b.Make(Op.Shr, scalar.Value, _b.Constant(reference.BitOffset)),
            _b.Constant(Simplifier.Mask(reference.BitCount)));
        return scalar with { Value = _b.Make(Op.Shl, value, _b.Constant(reference.Scale)) };
    }

    public void StoreReference(PlaceReference reference, Operand value)
    {
        if (reference.BitCount == 0)
        {
            context.Conversions.Store(reference.Type, reference.Place, value);
            return;
        }
        // A bit field: the other bits stay.
        var type = (ScalarType)reference.Type;
        var number = (ScalarOperand)context.Conversions.Convert(value, ScalarType.UInt64);
        var mask = Simplifier.Mask(reference.BitCount) << reference.BitOffset;
        var old = ((ScalarOperand)context.Memory.Load(type, reference.Place)).Value;
        var field = _b.Make(Op.And,
            _b.Make(Op.Shl, _b.Make(Op.Shr, number.Value, _b.Constant(reference.Scale)),
                _b.Constant(reference.BitOffset)), _b.Constant(mask));
        var merged = _b.Make(Op.Or, _b.Make(Op.And, old, _b.Constant(~mask & Simplifier.Mask(type.Bits))), field);
        context.Conversions.Store(type, reference.Place, new ScalarOperand(ScalarType.UInt64, merged));
    }
}
