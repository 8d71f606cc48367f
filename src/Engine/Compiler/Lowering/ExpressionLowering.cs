namespace EbpfCat.Compiler;

/// <summary>Lowers expressions to operands.</summary>
internal sealed class ExpressionLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly MemoryLowering _memory = context.Memory;
    private readonly ConversionLowering _conversions = context.Conversions;
    private readonly ArithmeticLowering _arithmetic = context.Arithmetic;
    private readonly LocalLowering _locals = context.Locals;
    private readonly PacketLowering _packet = context.Packet;
    private readonly StructLowering _structs = context.Structs;
    private readonly EventLowering _events = context.Events;
    private readonly SystemValueLowering _systemValues = context.SystemValues;
    private readonly MapLowering _maps = context.Maps;
    private readonly AggregateLowering _aggregates = context.Aggregates;
    private readonly PlaceLowering _places = context.Places;
    private readonly ConditionLowering _conditions = context.Conditions;
    private readonly CallLowering _calls = context.Calls;

    public Operand Lower(BoundExpression expression)
    {
        switch (expression)
        {
            case BoundConstant constant:
                return LowerConstant(constant);
            case BoundLocalAccess { Local: var local }:
                return _locals.Read(local);
            case BoundBinary { Operator: >= BinaryOperator.Equal and <= BinaryOperator.LogicalOr }
                or BoundUnary { Operator: UnaryOperator.LogicalNot } or BoundHeaderTest or BoundMapTest
                    or BoundPacketSizeTest:
                return _conditions.Materialize(expression);
            case BoundBinary { Operator: BinaryOperator.LogicalXor } either:
                return new ScalarOperand(ScalarType.Boolean,
                    _b.Make(Op.Xor, _conditions.Materialize(either.Left).Value,
                        _conditions.Materialize(either.Right).Value));
            case BoundBinary binary:
                return _arithmetic.LowerBinary(binary);
            case BoundUnary unary:
                return _arithmetic.LowerUnary(unary);
            case BoundConversion { Type: ScalarType { IsBoolean: true }, Operand: var operand }:
                return _conditions.Materialize(operand);
            case BoundConversion { Operand: var operand } conversion:
                return _conversions.Convert(Lower(operand), conversion.Type);
            case BoundLet { Type: ScalarType { IsBoolean: true } } let:
                return _conditions.Materialize(let);
            case BoundLet let:
                _locals.Assign(let.Local, Lower(let.Value));
                return Lower(let.Body);
            case BoundConditional conditional:
                return LowerConditional(conditional);
            case BoundPacketLength:
                return new ScalarOperand(ScalarType.UInt32, _packet.Length());
            case BoundHeaderField field:
                return _places.ReadField(field);
            case BoundVariableAccess or BoundPacketAccess or BoundMapEntry or BoundInnerEntry
                or BoundFieldAccess or BoundElementAccess:
                return _places.Read(expression);
            case BoundMapCall or BoundObservation or BoundHelperCall or BoundCall:
                context.CallDepth++;
                var result = LowerCall(expression);
                context.CallDepth--;
                return result;
            case BoundSystemValue system:
                return _systemValues.Lower(system);
            case BoundEventValue { Access: var access }:
                return _events.Read(access);
            case BoundStruct record:
                return _structs.InTemporary(record);
            case BoundContext:
                return new ScalarOperand(ScalarType.UInt64, context.ContextPointer);
            case BoundMapReference { Map.Index: var map }:
                return new ScalarOperand(ScalarType.UInt64, _b.MapAddress(map));
            default:
                throw new UnreachableException(expression.GetType().Name);
        }
    }

    private Operand LowerCall(BoundExpression call) => call switch
    {
        BoundObservation observation => _aggregates.Lower(observation),
        BoundMapCall map => _maps.LowerCall(map),
        BoundHelperCall helper => _calls.LowerHelperCall(helper),
        _ => _calls.LowerFunctionCall((BoundCall)call),
    };

    public ScalarOperand LowerScalar(BoundExpression expression) => (ScalarOperand)Lower(expression);

    /// <summary>Lowers an expression to the address of its bytes, converted to a type.</summary>
    public Value LowerAddress(BoundExpression expression, EbpfType type) =>
        expression is BoundStruct record && record.Type == type
        ? _b.AddressOf(_structs.InTemporary(record).Place)
        : _conversions.AddressOf(Lower(expression), type);

    private Operand LowerConstant(BoundConstant constant) => constant.Value switch
    {
        long number => new ScalarOperand(ScalarType.Int64, _b.Constant(number)),
        ulong number => new ScalarOperand(ScalarType.UInt64, _b.Constant((long)number)),
        bool truth => new ScalarOperand(ScalarType.Boolean, _b.Constant(truth ? 1 : 0)),
        decimal fraction => new ScalarOperand(ScalarType.Fixed, _b.Constant(Constants.ToFixed(fraction))),
        byte[] bytes => _memory.BytesOf(constant.Type, bytes),
        var other => _memory.BytesOf(constant.Type, constant.Type.ToBytes(other)),
    };

    private Operand LowerConditional(BoundConditional conditional)
    {
        var holder = new BoundLocal("conditional", conditional.Type);
        var target = new BoundLocalAccess(holder, conditional.Source);
        BoundStatement Assignment(BoundExpression value) =>
            new BoundAssignment(target, value, null, conditional.Source) { IsMadeInPlace = true };
        // The two branches must not release the temporaries of the statement with the expression.
        var floor = context.Temporaries.BeginNested();
        context.Statements.LowerIf(new BoundIf(conditional.Condition, [Assignment(conditional.WhenTrue)],
            [Assignment(conditional.WhenFalse)], null));
        context.Temporaries.EndNested(floor);
        return _locals.Read(holder);
    }
}
