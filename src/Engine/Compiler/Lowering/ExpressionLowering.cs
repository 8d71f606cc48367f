using System.Diagnostics;
using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <summary>Lowers expressions to operands.</summary>
internal sealed class ExpressionLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;

    public Operand Lower(BoundExpression expression)
    {
        switch (expression)
        {
            case BoundConstant constant:
                return LowerConstant(constant);
            case BoundLocalAccess { Local: var local }:
                return context.Locals.Read(local);
            case BoundBinary { Operator: >= BinaryOperator.Equal and <= BinaryOperator.LogicalOr }
                or BoundUnary { Operator: UnaryOperator.LogicalNot } or BoundHeaderTest or BoundMapTest
                    or BoundPacketSizeTest:
                return context.Conditions.Materialize(expression);
            case BoundBinary { Operator: BinaryOperator.LogicalXor } either:
                return new ScalarOperand(ScalarType.Boolean,
                    _b.Make(Op.Xor, context.Conditions.Materialize(either.Left).Value,
                        context.Conditions.Materialize(either.Right).Value));
            case BoundBinary binary:
                return context.Arithmetic.LowerBinary(binary);
            case BoundUnary unary:
                return context.Arithmetic.LowerUnary(unary);
            case BoundConversion { Type: ScalarType { IsBoolean: true }, Operand: var operand }:
                return context.Conditions.Materialize(operand);
            // A truncating cast of a quotient need not go through fixed-point; the types say what is meant, so it does.
            case BoundConversion { Operand: var operand } conversion:
                return context.Conversions.Convert(Lower(operand), conversion.Type);
            case BoundLet { Type: ScalarType { IsBoolean: true } } let:
                return context.Conditions.Materialize(let);
            case BoundLet let:
                context.Locals.Assign(let.Local, Lower(let.Value));
                return Lower(let.Body);
            case BoundConditional conditional:
                return LowerConditional(conditional);
            case BoundPacketLength:
                return new ScalarOperand(ScalarType.UInt32, context.Packet.Length());
            case BoundVariableAccess or BoundPacketAccess or BoundHeaderField or BoundMapEntry or BoundInnerEntry
                or BoundFieldAccess or BoundElementAccess:
                return context.Places.Read(expression);
            case BoundMapCall or BoundHelperCall or BoundCall:
                context.CallDepth++;
                var result = LowerCall(expression);
                context.CallDepth--;
                return result;
            case BoundSystemValue system:
                return context.SystemValues.Lower(system);
            case BoundEventValue { Access: var access }:
                return context.Events.Read(access);
            case BoundStruct record:
                return context.Structs.InTemporary(record);
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
        BoundMapCall map => context.Maps.LowerCall(map),
        BoundHelperCall helper => context.Calls.LowerHelperCall(helper),
        _ => context.Calls.LowerFunctionCall((BoundCall)call),
    };

    public ScalarOperand LowerScalar(BoundExpression expression) => (ScalarOperand)Lower(expression);

    private Operand LowerConstant(BoundConstant constant) => constant.Value switch
    {
        long number => new ScalarOperand(ScalarType.Int64, _b.Constant(number)),
        ulong number => new ScalarOperand(ScalarType.UInt64, _b.Constant((long)number)),
        bool truth => new ScalarOperand(ScalarType.Boolean, _b.Constant(truth ? 1 : 0)),
        decimal fraction => new ScalarOperand(ScalarType.Fixed, _b.Constant(Constants.ToFixed(fraction))),
        byte[] bytes => context.Memory.BytesOf(constant.Type, bytes),
        var other => context.Memory.BytesOf(constant.Type, constant.Type.ToBytes(other)),
    };

    private Operand LowerConditional(BoundConditional conditional)
    {
        var holder = new BoundLocal("conditional", conditional.Type);
        var target = new BoundLocalAccess(holder, conditional.Source);
        BoundStatement Assignment(BoundExpression value) =>
            new BoundAssignment(target, value, null, conditional.Source) { IsMadeInPlace = true };
        // The surroundings keep their temporaries while the two branches come and go.
        var floor = context.Temporaries.Keep();
        context.Statements.LowerIf(new BoundIf(conditional.Condition, [Assignment(conditional.WhenTrue)],
            [Assignment(conditional.WhenFalse)], null));
        context.Temporaries.Return(floor);
        return context.Locals.Read(holder);
    }
}
