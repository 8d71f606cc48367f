using System.Diagnostics;
using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    private Value _context = null!;

    private Operand LowerExpression(BoundExpression expression)
    {
        switch (expression)
        {
            case BoundConstant constant:
                return LowerConstant(constant);
            case BoundLocalAccess { Local: var local }:
                return ReadLocal(local);
            case BoundBinary { Operator: >= BinaryOperator.Equal and <= BinaryOperator.LogicalOr }
                or BoundUnary { Operator: UnaryOperator.LogicalNot } or BoundHeaderTest or BoundMapTest
                    or BoundPacketSizeTest:
                return Materialize(expression);
            case BoundBinary { Operator: BinaryOperator.LogicalXor } either:
                return new ScalarOperand(ScalarType.Boolean,
                    _b.Make(Op.Xor, Materialize(either.Left).Value, Materialize(either.Right).Value));
            case BoundBinary binary:
                return LowerBinary(binary);
            case BoundUnary unary:
                return LowerUnary(unary);
            case BoundConversion { Type: ScalarType { IsBoolean: true }, Operand: var operand }:
                return Materialize(operand);
            // A truncating cast of a quotient need not go through fixed-point; the types say what is meant, so it does.
            case BoundConversion { Operand: var operand } conversion:
                return Convert(LowerExpression(operand), conversion.Type);
            case BoundLet { Type: ScalarType { IsBoolean: true } } let:
                return Materialize(let);
            case BoundLet let:
                Assign(let.Local, LowerExpression(let.Value));
                return LowerExpression(let.Body);
            case BoundConditional conditional:
                return LowerConditional(conditional);
            case BoundPacketLength:
                return new ScalarOperand(ScalarType.UInt32, PacketLength());
            case BoundVariableAccess or BoundPacketAccess or BoundHeaderField or BoundMapEntry or BoundInnerEntry
                or BoundFieldAccess or BoundElementAccess:
                return ReadPlace(expression);
            case BoundMapCall or BoundHelperCall or BoundCall:
                _callDepth++;
                var result = LowerCall(expression);
                _callDepth--;
                return result;
            case BoundSystemValue system:
                return LowerSystemValue(system);
            case BoundEventValue { Access: var access }:
                return ReadEvent(access);
            case BoundStruct record:
                return StructInTemporary(record);
            case BoundContext:
                return new ScalarOperand(ScalarType.UInt64, _context);
            case BoundMapReference { Map.Index: var map }:
                return new ScalarOperand(ScalarType.UInt64, _b.MapAddress(map));
            default:
                throw new UnreachableException(expression.GetType().Name);
        }
    }

    private Operand LowerCall(BoundExpression call) => call switch
    {
        BoundMapCall map => LowerMapCall(map),
        BoundHelperCall helper => LowerHelperCall(helper),
        _ => LowerFunctionCall((BoundCall)call),
    };

    private ScalarOperand LowerScalar(BoundExpression expression) => (ScalarOperand)LowerExpression(expression);

    private Operand LowerConstant(BoundConstant constant) => constant.Value switch
    {
        long number => new ScalarOperand(ScalarType.Int64, _b.Constant(number)),
        ulong number => new ScalarOperand(ScalarType.UInt64, _b.Constant((long)number)),
        bool truth => new ScalarOperand(ScalarType.Boolean, _b.Constant(truth ? 1 : 0)),
        decimal fraction => new ScalarOperand(ScalarType.Fixed, _b.Constant(Constants.ToFixed(fraction))),
        byte[] bytes => BytesOf(constant.Type, bytes),
        var other => BytesOf(constant.Type, constant.Type.ToBytes(other)),
    };

    private PiecesOperand BytesOf(EbpfType type, byte[] bytes) => new(type,
        [.. PieceLayout(bytes.Length, 8)
            .Select(p => new Piece(p.Offset, p.Size, _b.Constant(ReadNative(bytes.AsSpan(p.Offset, p.Size)))))]);

    private static long ReadNative(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        1 => bytes[0],
        2 => BitConverter.ToUInt16(bytes),
        4 => BitConverter.ToUInt32(bytes),
        _ => BitConverter.ToInt64(bytes),
    };

    private Operand LowerConditional(BoundConditional conditional)
    {
        var holder = new BoundLocal("conditional", conditional.Type);
        var target = new BoundLocalAccess(holder, conditional.Source);
        BoundStatement Assignment(BoundExpression value) =>
            new BoundAssignment(target, value, null, conditional.Source) { IsMadeInPlace = true };
        // The surroundings keep their temporaries while the two branches come and go.
        var floor = _temporaries.Keep();
        LowerIf(new BoundIf(conditional.Condition, [Assignment(conditional.WhenTrue)],
            [Assignment(conditional.WhenFalse)], null));
        _temporaries.Return(floor);
        return ReadLocal(holder);
    }

    // ---- locals

    private LocalStorage StorageOf(BoundLocal local, bool wholeWrite) => _frame.Storage(local, l =>
    {
        var type = l.Type;
        if (type is ScalarType number)
        {
            return new LocalStorage([new SsaVariable(l.Name, number.IsSigned || number.IsFixed ? 8 : number.Size)],
                [(0, 8)], null);
        }

        if (type is AddressType)
        {
            var layout = PieceLayout(type.Size, 8);
            return new LocalStorage([.. layout.Select(p => new SsaVariable($"{l.Name}+{p.Offset}"))], [.. layout],
                null);
        }

        var slot = wholeWrite && _frame.IsFunction ? SlotForCall(type.Size) : _b.Function.NewSlot(type.Size);
        // A local that is not written whole at once begins as zeros, wherever it is first met.
        if (!wholeWrite || (_b.Current != _b.Function.Entry && !_frame.IsFunction)) ZeroAtEntry(slot);
        return new LocalStorage([], [], slot);
    });

    // A call is put in with its body: the next one has its locals where those of the last are gone.
    private StackSlot SlotForCall(int size)
    {
        var at = _pastLocals.FindIndex(slot => slot.Size == size);
        if (at < 0) return _b.Function.NewSlot(size);
        var slot = _pastLocals[at];
        _pastLocals.RemoveAt(at);
        return slot;
    }

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
        foreach (var (offset, size) in PieceLayout(slot.Room, 8))
            Insert(_b.Function.Store(MemoryRegion.Stack, address, offset, size, _b.Constant(0)));
    }

    private Operand ReadLocal(BoundLocal local)
    {
        var storage = StorageOf(local, wholeWrite: false);
        if (storage.Slot is { } slot) return new MemoryOperand(local.Type, StackPlace(slot));
        if (local.Type is ScalarType scalar) return new ScalarOperand(scalar, _b.Read(storage.Pieces[0]));
        return new PiecesOperand(local.Type,
            [.. storage.Layout.Select((p, i) => new Piece(p.Offset, p.Size, _b.Read(storage.Pieces[i])))]);
    }

    private void Assign(BoundLocal local, Operand value)
    {
        var type = local.Type;
        var converted = Convert(value, type);
        var storage = StorageOf(local, wholeWrite: true);
        if (storage.Slot is { } slot)
        {
            Store(type, StackPlace(slot), converted);
            return;
        }

        if (converted is ScalarOperand scalar)
        {
            _b.Write(storage.Pieces[0], scalar.Value);
            return;
        }

        var pieces = Pieces(converted, storage.Layout);
        for (var i = 0; i < pieces.Count; i++) _b.Write(storage.Pieces[i], pieces[i].Value);
    }

    private Place StackPlace(StackSlot slot) => new(MemoryRegion.Stack, _b.FrameAddress(slot), 0);

    private StackSlot Temporary(int size) => _temporaries.Take(size);

    /// <summary>A value in memory, copied to the stack if it is in registers.</summary>
    private MemoryOperand InMemory(Operand operand)
    {
        if (operand is MemoryOperand memory) return memory;
        var place = StackPlace(Temporary(operand.Type.Size));
        StoreWhole(operand.Type, place, operand);
        return new MemoryOperand(operand.Type, place);
    }

    // As a key a text is all its bytes: behind its end must not stay what was there before, in this place or where it
    // comes from.
    private void StoreWhole(EbpfType type, Place place, Operand value)
    {
        var given = value is MemoryOperand { Of: StringType, Place: { Region: MemoryRegion.Context } there }
            ? there
            : (Place?)null;
        if (type is not StringType || given is null
            && value is not DeferredOperand { FillsPlace: false, Type: StringType })
        {
            Store(type, place, value);
            return;
        }

        Zero(place, type.Size);
        if (given is { } text)
        {
            ProbeReadText(place, Math.Min(type.Size, value.Type.Size), AddressAt(text), EventMemory.Kernel);
        }
        else
        {
            Store(type, place, value);
        }
    }
}
