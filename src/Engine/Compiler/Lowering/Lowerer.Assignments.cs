using EbpfCat.Bytecode;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    private void LowerAssignment(AssignStatement assignment)
    {
        var (target, source) = (assignment.Target, assignment.Source);
        if (target is LocalExpression { Local: var whole } && TypeOf(whole) is StructType type && assignment is { Operator: null, Value: StructExpression record }
            && !StatementWalker.Inside(record).Any(e => e is LocalExpression used && ReferenceEquals(used.Local, whole)))
        {
            // Made where it stays: what goes into it does not come out of it.
            StoreStruct(record, type, StackPlace(StorageOf(whole, wholeWrite: true).Slot!));
            return;
        }

        if (target is LocalExpression local && (assignment.Operator is null || TypeOf(local.Local) is ScalarType))
        {
            var value = assignment.Operator is { } op
                ? LowerBinary(new BinaryExpression(op, target, assignment.Value) { Source = source })
                : LowerAs(assignment.Value, TypeOf(local.Local));
            Assign(local.Local, value, source);
            return;
        }

        if (target is MapEntryExpression { Map: var map } entry && assignment.Operator is null && !IsArray(map) && map.Key is not null)
        {
            // The value before the key: both may use temporaries, and the call wants both at once.
            var value = AddressOf(assignment.Value, map.Value, source);
            var key = AddressOf(entry.Key, map.Key, source);
            _b.Call(HelperId.MapUpdate, MapAddress(map, source), key, value, _b.Constant(0));
            return;
        }

        if (target is InnerEntryExpression nested && assignment.Operator is null && !IsArray(InnerOf(nested.Outer, source)))
        {
            AssignInnerEntry(nested, assignment.Value, source);
            return;
        }

        if (target is EventFieldExpression field)
        {
            AssignEventField(field, assignment);
            return;
        }

        if (target is not (VariableExpression or PacketVariableExpression or PacketReadExpression or HeaderFieldExpression
            or MapEntryExpression or InnerEntryExpression or FieldExpression or IndexExpression))
        {
            throw Error("NotAssignable", "This cannot be assigned to.", target.Source ?? source,
                "Assign to a variable, a map entry, a packet field or a local.");
        }

        if ((_info.Packet == PacketAccess.Copy || _program.Type == ProgramType.CgroupSkb) && target is (PacketVariableExpression or PacketReadExpression or HeaderFieldExpression))
        {
            throw Error("ReadOnlyPacket", $"A program of type {_program.Type} cannot change the packet.", source, "Use a program of type Tc or Xdp.");
        }

        if (assignment.Operator is { } compound) UpdatePlace(target, compound, assignment.Value, source);
        else AssignPlace(target, assignment.Value, source);
        if (target is PacketVariableExpression or PacketReadExpression or HeaderFieldExpression) PacketWritten(target);
    }

    private void AssignPlace(Expression target, Expression value, SourceSpan? source)
    {
        var type = _typer.TypeOf(target);
        var operand = type is null ? LowerExpression(value) : LowerAs(value, type);
        if (_b.Current is null) return;
        var reference = Locate(target, insert: true);
        IfPresent(reference, () => StoreReference(reference, operand, source));
    }

    private void UpdatePlace(Expression target, BinaryOperator op, Expression value, SourceSpan? source)
    {
        var operation = new BinaryExpression(op, target, value) { Source = source };
        if (_typer.TypeOf(target) is not ScalarType targetType || _typer.TypeOf(value) is not ScalarType valueType)
        {
            throw Error("WrongType", $"{op} works on numbers, not on {_typer.TypeOf(target)?.Name} and {_typer.TypeOf(value)?.Name}.", source);
        }

        var operand = LowerScalar(value);
        if (_b.Current is null) return;
        var reference = Locate(target, insert: true);
        IfPresent(reference, () =>
        {
            if (AtomicAddend(reference, op, operand, source) is { } addend)
            {
                _b.Store(reference.Place.Region, reference.Place.Pointer, reference.Place.Offset, reference.Type.Size, addend, Op.AtomicAdd);
                return;
            }

            var old = (ScalarOperand)LoadReference(reference);
            var combined = Combine(op, old, operand, targetType, valueType,
                (ScalarType)_typer.Arithmetic(operation)!, (ScalarType)_typer.TypeOf(operation)!, source);
            StoreReference(reference, combined, source);
        });
    }

    // What to add atomically, where that is possible and needed: 4 or 8 bytes in the processor's order that others may change too.
    private Value? AtomicAddend(PlaceReference reference, BinaryOperator op, ScalarOperand operand, SourceSpan? source)
    {
        if (!reference.Shared || op is not (BinaryOperator.Add or BinaryOperator.Subtract)) return null;
        if (reference.BitCount > 0 || reference.Place.Offset % reference.Type.Size != 0) return null;
        if (reference.Type is not ScalarType { NeedsSwap: false, IsBoolean: false, Size: 4 or 8 } type) return null;
        // A fraction added to an integer is cut off with the sum, not before.
        if (operand.Scalar.IsFixed && !type.IsFixed) return null;
        var addend = Convert(operand, type.IsFixed ? ScalarType.Fixed : ScalarType.Int64, source).Value;
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
