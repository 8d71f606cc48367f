using EbpfCat.Binding;
using EbpfCat.Bytecode;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    private void LowerAssignment(BoundAssignment assignment)
    {
        var (target, value) = (assignment.Target, assignment.Value);
        switch (target)
        {
            case BoundLocalAccess { Local: var whole, Type: StructType }
                when assignment.IsMadeInPlace && value is BoundStruct record:
                // Made where it stays: what goes into it does not come out of it.
                StoreStruct(record, StackPlace(StorageOf(whole, wholeWrite: true).Slot!));
                return;
            case BoundLocalAccess { Local: var local }:
                Assign(local, LowerExpression(value));
                return;
            case BoundMapEntry { Map: { Map: var map } bound } entry when assignment.Operation is null && !IsArray(map):
                // The value before the key: both may use temporaries, and the call wants both at once.
                var valueAddress = AddressOf(value, map.Value!);
                var key = AddressOf(entry.Key, map.Key!);
                _b.Call(HelperId.MapUpdate, _b.MapAddress(bound.Index), key, valueAddress, _b.Constant(0));
                return;
            case BoundInnerEntry nested when assignment.Operation is null && !IsArray(nested.Inner):
                AssignInnerEntry(nested, value);
                return;
            case BoundEventValue { Access: var access }:
                AssignEventField(access, value);
                return;
        }

        if (assignment.Operation is { } operation) UpdatePlace(target, operation, value);
        else AssignPlace(target, value);
        if (target is BoundPacketAccess or BoundHeaderField) PacketWritten(target);
    }

    private void AssignPlace(BoundExpression target, BoundExpression value)
    {
        var operand = LowerExpression(value);
        if (_b.Current is null) return;
        var reference = Locate(target, insert: true);
        IfPresent(reference, () => StoreReference(reference, operand));
    }

    private void UpdatePlace(BoundExpression target, CompoundOperation operation, BoundExpression value)
    {
        var operand = LowerScalar(value);
        if (_b.Current is null) return;
        var reference = Locate(target, insert: true);
        IfPresent(reference, () =>
        {
            if (AtomicAddend(reference, operation.Operator, operand) is { } addend)
            {
                _b.Store(reference.Place.Region, reference.Place.Pointer, reference.Place.Offset, reference.Type.Size,
                    addend, Op.AtomicAdd);
                return;
            }

            var old = (ScalarOperand)LoadReference(reference);
            StoreReference(reference,
                Combine(operation.Operator, old, operand, operation.Arithmetic, operation.Result));
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
        var addend = Convert(operand, type.IsFixed ? ScalarType.Fixed : ScalarType.Int64).Value;
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
        BranchIfNotZero(reference.Place.Pointer, present, after);
        if (present.Predecessors.Count > 0)
        {
            Start(present);
            write();
            Jump(after);
        }

        if (after.Predecessors.Count > 0) Start(after);
    }
}
