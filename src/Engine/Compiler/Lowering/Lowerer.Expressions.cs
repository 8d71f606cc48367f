using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    private Value _context = null!;

    private Operand LowerExpression(Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                return LowerConstant(constant);
            case LocalExpression local:
                return ReadLocal(local.Local);
            case BinaryExpression { Operator: >= BinaryOperator.Equal and <= BinaryOperator.LogicalOr }
                or UnaryExpression { Operator: UnaryOperator.LogicalNot } or HeaderExpression or MapContainsExpression:
                return Materialize(expression);
            case BinaryExpression { Operator: BinaryOperator.LogicalXor } either:
                return new ScalarOperand(ScalarType.Boolean, _b.Make(Op.Xor, Materialize(either.Left).Value, Materialize(either.Right).Value));
            case BinaryExpression binary:
                return LowerBinary(binary);
            case UnaryExpression unary:
                return LowerUnary(unary);
            case CastExpression cast:
                return LowerCast(cast);
            case LetExpression let when _typer.TypeOf(let) is ScalarType { IsBoolean: true }:
                return Materialize(let);
            case LetExpression let:
                Assign(let.Local, LowerExpression(let.Value), let.Source);
                return LowerExpression(let.Body);
            case TextExpression text:
                return LowerText(text);
            case ConditionalExpression conditional:
                return LowerConditional(conditional);
            case PacketLengthExpression:
                return new ScalarOperand(ScalarType.UInt32, PacketLength());
            case VariableExpression or PacketVariableExpression or PacketReadExpression or HeaderFieldExpression
                or MapEntryExpression or InnerEntryExpression or FieldExpression or IndexExpression:
                return ReadPlace(expression);
            case MapCallExpression or HelperCallExpression or CallExpression:
                _callDepth++;
                var result = LowerCall(expression);
                _callDepth--;
                return result;
            case SystemValueExpression system:
                return LowerSystemValue(system);
            case EventFieldExpression field:
                return ReadEventField(field);
            case StructExpression record:
                var type = (StructType)_typer.TypeOf(record)!;
                return StructInTemporary(record, type);
            case ContextExpression:
                return new ScalarOperand(ScalarType.UInt64, _context);
            case MapReferenceExpression map:
                return new ScalarOperand(ScalarType.UInt64, MapAddress(map.Map, map.Source));
            default:
                throw Error("UnsupportedExpression", $"{expression.GetType().Name} is not supported.", expression.Source);
        }
    }

    private static bool HasEffect(Expression expression) => expression is MapCallExpression or HelperCallExpression or CallExpression;

    private Operand LowerCall(Expression call) => call switch
    {
        MapCallExpression map => LowerMapCall(map),
        HelperCallExpression helper => LowerHelperCall(helper),
        _ => LowerFunctionCall((CallExpression)call),
    };

    private void LowerEffect(Expression expression)
    {
        // What has no effect of its own may still end the program, as a packet that is too short does.
        LowerExpression(expression);
    }

    private ScalarOperand LowerScalar(Expression expression) => LowerExpression(expression) as ScalarOperand
        ?? throw Error("WrongType", $"A number is wanted here, not a {_typer.TypeOf(expression)?.Name}.", expression.Source);

    private Operand LowerConstant(ConstantExpression constant)
    {
        var type = _typer.TypeOf(constant)!;
        switch (constant.Value)
        {
            case long number:
                return new ScalarOperand(ScalarType.Int64, _b.Constant(number));
            case ulong number:
                return new ScalarOperand(ScalarType.UInt64, _b.Constant((long)number));
            case bool truth:
                return new ScalarOperand(ScalarType.Boolean, _b.Constant(truth ? 1 : 0));
            case string name when _typer.IsVerdict(constant):
                return new ScalarOperand(ScalarType.Int64, _b.Constant(Verdict(name, constant.Source)!.Value));
            case decimal fraction:
                return new ScalarOperand(ScalarType.Fixed, _b.Constant(Constants.ToFixed(fraction)));
            default:
                return BytesOf(type, type.ToBytes(constant.Value));
        }
    }

    private PiecesOperand BytesOf(EbpfType type, byte[] bytes) => new(type,
        [.. PieceLayout(bytes.Length, 8).Select(p => new Piece(p.Offset, p.Size, _b.Constant(ReadNative(bytes.AsSpan(p.Offset, p.Size)))))]);

    private static long ReadNative(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        1 => bytes[0],
        2 => BitConverter.ToUInt16(bytes),
        4 => BitConverter.ToUInt32(bytes),
        _ => BitConverter.ToInt64(bytes),
    };

    private Operand LowerCast(CastExpression cast)
    {
        if (cast.Type is ScalarType { IsBoolean: true }) return Materialize(cast.Operand);
        if (AccessOf(cast.Operand) is { } access && Reinterpret(access, cast.Type) is { } reinterpreted)
        {
            return Convert(ReadEvent(reinterpreted), Typer.Plain(cast.Type)!, cast.Source);
        }
        // A truncating cast of a quotient need not go through fixed-point; the types say what is meant, so it does.
        return Convert(LowerAs(cast.Operand, cast.Type), Typer.Plain(cast.Type)!, cast.Source);
    }

    /// <summary>An expression that is to be of a type: structs take it on.</summary>
    private Operand LowerAs(Expression expression, EbpfType type) => expression is StructExpression record && type is StructType wanted
        ? StructInTemporary(record, wanted)
        : LowerExpression(expression);

    private Operand LowerConditional(ConditionalExpression conditional)
    {
        var type = _typer.TypeOf(conditional)!;
        var holder = new Local("conditional", type);
        // The surroundings keep their temporaries while the two branches come and go.
        var floor = _temporaries.Keep();
        LowerIf(new IfStatement(conditional.Condition,
            [new AssignStatement(holder, conditional.WhenTrue) { Source = conditional.Source }],
            [new AssignStatement(holder, conditional.WhenFalse) { Source = conditional.Source }]));
        _temporaries.Return(floor);
        return ReadLocal(holder);
    }

    // ---- locals

    // What is never assigned is zero.
    private EbpfType TypeOf(Local local) => _typer.TypeOf(local) ?? ScalarType.Int64;

    private LocalStorage StorageOf(Local local, bool wholeWrite) => _frame.Storage(local, l =>
    {
        var type = TypeOf(l);
        if (type is ScalarType number)
        {
            return new LocalStorage([new SsaVariable(l.Name, number.IsSigned || number.IsFixed ? 8 : number.Size)], [(0, 8)], null);
        }

        if (type is AddressType)
        {
            var layout = PieceLayout(type.Size, 8);
            return new LocalStorage([.. layout.Select(p => new SsaVariable($"{l.Name}+{p.Offset}"))], [.. layout], null);
        }

        var slot = wholeWrite && _frame.Function is not null ? SlotForCall(type.Size) : _b.Function.NewSlot(type.Size);
        // A local that is not written whole at once begins as zeros, wherever it is first met.
        if (!wholeWrite || (_b.Current != _b.Function.Entry && _frame.Function is null)) ZeroAtEntry(slot);
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

    private Operand ReadLocal(Local local)
    {
        var storage = StorageOf(local, wholeWrite: false);
        if (storage.Slot is { } slot) return new MemoryOperand(TypeOf(local), StackPlace(slot));
        if (TypeOf(local) is ScalarType scalar) return new ScalarOperand(scalar, _b.Read(storage.Pieces[0]));
        return new PiecesOperand(TypeOf(local),
            [.. storage.Layout.Select((p, i) => new Piece(p.Offset, p.Size, _b.Read(storage.Pieces[i])))]);
    }

    private void Assign(Local local, Operand value, SourceSpan? source)
    {
        var type = TypeOf(local);
        var converted = Convert(value, type, source);
        var storage = StorageOf(local, wholeWrite: true);
        if (storage.Slot is { } slot)
        {
            Store(type, StackPlace(slot), converted, source);
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
        StoreWhole(operand.Type, place, operand, null);
        return new MemoryOperand(operand.Type, place);
    }

    // As a key a text is all its bytes: behind its end must not stay what was there before, in this place or where it comes from.
    private void StoreWhole(EbpfType type, Place place, Operand value, SourceSpan? source)
    {
        var given = value is MemoryOperand { Of: StringType, Place: { Region: MemoryRegion.Context } there } ? there : (Place?)null;
        if (type is not StringType || given is null && value is not DeferredOperand { FillsPlace: false, Type: StringType })
        {
            Store(type, place, value, source);
            return;
        }

        Zero(place, type.Size);
        if (given is { } text) ProbeReadText(place, Math.Min(type.Size, value.Type.Size), AddressAt(text), EventMemory.Kernel);
        else Store(type, place, value, source);
    }
}
