namespace EbpfCat.Compiler;

/// <summary>Lowers assignments to locals, variables, packets, maps and events.</summary>
internal sealed class AssignmentLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly MemoryLowering _memory = context.Memory;
    private readonly ConversionLowering _conversions = context.Conversions;
    private readonly ArithmeticLowering _arithmetic = context.Arithmetic;
    private readonly LocalLowering _locals = context.Locals;
    private readonly HeaderLowering _headers = context.Headers;
    private readonly ChecksumLowering _checksums = context.Checksums;
    private readonly StructLowering _structs = context.Structs;
    private readonly EventLowering _events = context.Events;
    private readonly MapLowering _maps = context.Maps;
    private readonly PlaceLowering _places = context.Places;

    /// <summary>Lowers an assignment.</summary>
    /// <param name="assignment">The assignment.</param>
    /// <param name="next">The statement that is lowered next; null for an unknown one.</param>
    public void Lower(BoundAssignment assignment, BoundStatement? next = null)
    {
        var (target, value) = (assignment.Target, assignment.Value);
        switch (target)
        {
            case BoundLocalAccess { Local: var whole, Type: StructType }
                when assignment.IsMadeInPlace && value is BoundStruct record:
                // Built in place: its fields do not read the local.
                var storage = _locals.StorageOf(whole, wholeWrite: true);
                _structs.Store(record, _b.PlaceOf(storage.Slot!));
                return;
            case BoundLocalAccess { Local: var local }:
                _locals.Assign(local, context.Expressions.Lower(value));
                return;
            case BoundMapEntry entry when assignment.Operation is null && !MapLowering.IsArray(entry.Map.Map):
                _maps.AssignEntry(entry, value);
                return;
            case BoundInnerEntry nested when assignment.Operation is null && !MapLowering.IsArray(nested.Inner):
                _maps.AssignInnerEntry(nested, value);
                return;
            case BoundEventValue { Access: var access }:
                _events.Assign(access, value);
                return;
        }

        var operand = context.Expressions.Lower(value);
        if (_b.Current is null) return;
        if (target is BoundHeaderField field)
        {
            // Where the header is absent, nothing is written.
            var after = _b.NewBlock();
            if (_headers.Locate(field, after) is { } found)
            {
                _checksums.Write(field, found, () => Write(found, assignment.Operation, operand));
                if (after.Predecessors.Count > 0 || !_checksums.CanWait(field, next)) _checksums.Correct();
                _headers.Written(field);
                _b.Jump(after);
            }

            _b.StartIfReached(after);
            return;
        }

        var place = _places.Locate(target, insert: true);
        if (place.Guarded) _b.IfNotZero(place.Place.Pointer, () => Write(place, assignment.Operation, operand));
        else Write(place, assignment.Operation, operand);
        if (target.Whole is BoundPacketAccess) _b.Facts = PacketFacts.None;
    }

    private void Write(PlaceReference place, CompoundOperation? operation, Operand value)
    {
        if (operation is null)
        {
            _conversions.Store(place, value);
        }
        else if (AtomicAddend(place, operation.Operator, (ScalarOperand)value) is { } addend)
        {
            _b.Store(place.Place, place.Type.Size, addend, Op.AtomicAdd);
        }
        else
        {
            var old = (ScalarOperand)_memory.Load(place);
            _conversions.Store(place, _arithmetic.Combine(operation.Operator, old, (ScalarOperand)value,
                operation.Arithmetic, operation.Result));
        }
    }

    // The value to add atomically if that is possible and needed: the place is shared, has 4 or 8 bytes, and is in the
    // byte order of the processor.
    private Value? AtomicAddend(PlaceReference reference, BinaryOperator op, ScalarOperand operand)
    {
        if (!reference.Shared || op is not (BinaryOperator.Add or BinaryOperator.Subtract)) return null;
        if (reference.BitCount > 0 || reference.Place.Offset % reference.Type.Size != 0) return null;
        if (reference.Type is not ScalarType { NeedsSwap: false, IsBoolean: false, BitCount: 0, Size: 4 or 8 } type)
            return null;
        // A fraction is added before the sum is truncated.
        if (operand.Scalar.IsFixed && !type.IsFixed) return null;
        var addend = _conversions.Convert(operand, type.IsFixed ? ScalarType.Fixed : ScalarType.Int64).Value;
        return op == BinaryOperator.Subtract ? _b.Make(Op.Negate, addend) : addend;
    }
}
