using EbpfCat.Binding;
using EbpfCat.Bytecode;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <summary>Lowers assignments to locals, variables, packets, maps and events.</summary>
internal sealed class AssignmentLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;

    public void Lower(BoundAssignment assignment)
    {
        var (target, value) = (assignment.Target, assignment.Value);
        switch (target)
        {
            case BoundLocalAccess { Local: var whole, Type: StructType }
                when assignment.IsMadeInPlace && value is BoundStruct record:
                // Made where it stays: what goes into it does not come out of it.
                var storage = context.Locals.StorageOf(whole, wholeWrite: true);
                context.Structs.Store(record, _b.PlaceOf(storage.Slot!));
                return;
            case BoundLocalAccess { Local: var local }:
                context.Locals.Assign(local, context.Expressions.Lower(value));
                return;
            case BoundMapEntry entry when assignment.Operation is null && !MapLowering.IsArray(entry.Map.Map):
                context.Maps.AssignEntry(entry, value);
                return;
            case BoundInnerEntry nested when assignment.Operation is null && !MapLowering.IsArray(nested.Inner):
                context.Maps.AssignInnerEntry(nested, value);
                return;
            case BoundEventValue { Access: var access }:
                context.Events.Assign(access, value);
                return;
        }

        if (assignment.Operation is { } operation) UpdatePlace(target, operation, value);
        else AssignPlace(target, value);
        if (target is BoundPacketAccess or BoundHeaderField) context.Headers.Written(target);
    }

    private void AssignPlace(BoundExpression target, BoundExpression value)
    {
        var operand = context.Expressions.Lower(value);
        if (_b.Current is null) return;
        var reference = context.Places.Locate(target, insert: true);
        IfPresent(reference, () => context.Places.StoreReference(reference, operand));
    }

    private void UpdatePlace(BoundExpression target, CompoundOperation operation, BoundExpression value)
    {
        var operand = context.Expressions.LowerScalar(value);
        if (_b.Current is null) return;
        var reference = context.Places.Locate(target, insert: true);
        IfPresent(reference, () =>
        {
            if (AtomicAddend(reference, operation.Operator, operand) is { } addend)
            {
                _b.Store(reference.Place.Region, reference.Place.Pointer, reference.Place.Offset, reference.Type.Size,
                    addend, Op.AtomicAdd);
                return;
            }

            var old = (ScalarOperand)context.Places.LoadReference(reference);
            context.Places.StoreReference(reference,
                context.Arithmetic.Combine(operation.Operator, old, operand, operation.Arithmetic, operation.Result));
        });
    }

    // What to add atomically, where that is possible and needed: 4 or 8 bytes in the processor's order that others may
    // change too.
    private Value? AtomicAddend(PlaceReference reference, BinaryOperator op, ScalarOperand operand)
    {
        if (!reference.Shared || op is not (BinaryOperator.Add or BinaryOperator.Subtract)) return null;
        if (reference.BitCount > 0 || reference.Place.Offset % reference.Type.Size != 0) return null;
        if (reference.Type is not ScalarType { NeedsSwap: false, IsBoolean: false, Size: 4 or 8 } type) return null;
        // A fraction added to an integer is cut off with the sum, not before.
        if (operand.Scalar.IsFixed && !type.IsFixed) return null;
        var addend = context.Conversions.Convert(operand, type.IsFixed ? ScalarType.Fixed : ScalarType.Int64).Value;
        return op == BinaryOperator.Subtract ? _b.Make(Op.Negate, addend) : addend;
    }

    private void IfPresent(PlaceReference reference, Action write)
    {
        if (_b.Current is null) return;
        if (!reference.Guarded)
        {
            write();
            return;
        }

        var (present, after) = (_b.NewBlock(), _b.NewBlock());
        _b.BranchIfNotZero(reference.Place.Pointer, present, after);
        if (_b.StartIfReached(present))
        {
            write();
            _b.Jump(after);
        }

        _b.StartIfReached(after);
    }
}
