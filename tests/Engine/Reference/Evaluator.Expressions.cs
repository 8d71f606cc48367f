using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using EbpfCat.Binding;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Reference;

internal sealed partial class Evaluator
{
    private ReferenceValue Evaluate(Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                return OfConstant(constant.Value);
            case FieldExpression field when _typer.IsLength(field):
                return LengthOf(Evaluate(field.Target));
            case LocalExpression or VariableExpression or PacketVariableExpression or PacketReadExpression
                or HeaderFieldExpression or MapEntryExpression or FieldExpression or IndexExpression:
                return Read(Locate(expression));
            case PacketLengthExpression:
                return ReferenceValue.Of(ScalarType.UInt32, _packet.Bytes.Length);
            case HeaderExpression header:
                return ReferenceValue.Of(_packet.Find(header.Header) is not null);
            case MapContainsExpression contains:
                return ReferenceValue.Of(_state[contains.Map].Lookup(Key(contains.Map, contains.Key)) is not null
                    && ArePresent(contains.Key));
            case MapCallExpression call:
                return OfMapCall(call);
            case CastExpression { Type: ScalarType { IsBoolean: true } } cast:
                return ReferenceValue.Of(IsTrue(cast.Operand));
            case CastExpression { Type: ArrayType or BytesType, Operand: StructExpression elements } array:
                var layout = StructType.Create(elements.Fields.Select(field =>
                    KeyValuePair.Create(field.Key, Typer.ElementOf(array.Type)!)));
                return ReferenceValue.Of(array.Type, OfStruct(elements, layout).Bytes!);
            case CastExpression cast:
                return ReferenceArithmetic.ConvertTo(Convert(cast.Operand, cast.Type), Typer.Plain(cast.Type)!);
            case LetExpression let:
                _compared[let.Local] = [.. HeadersOf(let.Value)];
                _locals[let.Local] = Convert(let.Value, TypeOf(let.Local));
                return Evaluate(let.Body);
            case TextExpression text:
                return Evaluate(text.Operand);
            case ConditionalExpression conditional:
                return Convert(IsTrue(conditional.Condition) ? conditional.WhenTrue : conditional.WhenFalse,
                    _typer.TypeOf(conditional)!);
            case UnaryExpression { Operator: UnaryOperator.LogicalNot } not:
                return ReferenceValue.Of(!IsTrue(not.Operand));
            case UnaryExpression unary:
                return ReferenceArithmetic.Unary(
                    unary.Operator, Evaluate(unary.Operand), (ScalarType)_typer.TypeOf(unary)!);
            case BinaryExpression binary:
                return OfBinary(binary);
            case CallExpression call:
                return OfCall(call);
            case StructExpression record:
                return OfStruct(record, (StructType)_typer.TypeOf(record)!);
            default:
                throw new NotSupportedException($"The evaluator does not know {expression.GetType().Name}.");
        }
    }

    /// <summary>The value of an expression for an expected type, which gives a struct its layout.</summary>
    private ReferenceValue Convert(Expression expression, EbpfType type) =>
        expression is StructExpression record && type is StructType layout
            ? OfStruct(record, layout)
            : ReferenceArithmetic.ConvertTo(Evaluate(expression), type);

    private static ReferenceValue OfConstant(object value) => value switch
    {
        long number => ReferenceValue.Of(ScalarType.Int64, number),
        ulong number => ReferenceValue.Of(ScalarType.UInt64, number),
        decimal number => ReferenceValue.Of(ScalarType.Fixed,
            (Int128)decimal.Round(number * ScalarType.FixedScale, MidpointRounding.AwayFromZero)),
        bool truth => ReferenceValue.Of(truth),
        string text => ReferenceValue.Of(
            new StringType(Encoding.UTF8.GetByteCount(text) + 1), [.. Encoding.UTF8.GetBytes(text), 0]),
        IPAddress address => OfAddress(address.GetAddressBytes()),
        PhysicalAddress address => ReferenceValue.Of(AddressType.Mac, address.GetAddressBytes()),
        byte[] bytes => ReferenceValue.Of(new BytesType(bytes.Length), bytes),
        _ => throw new NotSupportedException($"The evaluator does not know constants of {value.GetType().Name}."),
    };

    private static ReferenceValue LengthOf(ReferenceValue value) => ReferenceValue.Of(ScalarType.Int64,
        value.Type is StringType && Array.IndexOf(value.Bytes!, (byte)0) is >= 0 and var length
            ? length
            : value.Type.Size / Typer.ElementOf(value.Type)!.Size);

    private static ReferenceValue OfAddress(byte[] bytes) =>
        ReferenceValue.Of(bytes.Length == 4 ? AddressType.IPv4 : AddressType.IPv6, bytes);

    private ReferenceValue OfStruct(StructExpression record, StructType layout)
    {
        var bytes = new byte[layout.Size];
        foreach (var (name, value) in record.Fields)
        {
            var field = layout.FindField(name)!;
            Store(Convert(value, Typer.Plain(field.Type)!), field.Type, bytes.AsSpan(field.Offset));
        }

        return ReferenceValue.Of(layout, bytes);
    }

    private ReferenceValue OfBinary(BinaryExpression binary)
    {
        switch (binary.Operator)
        {
            case BinaryOperator.LogicalAnd:
                return ReferenceValue.Of(IsTrue(binary.Left) && IsTrue(binary.Right));
            case BinaryOperator.LogicalOr:
                return ReferenceValue.Of(IsTrue(binary.Left) || IsTrue(binary.Right));
            case BinaryOperator.LogicalXor:
                return ReferenceValue.Of(IsTrue(binary.Left) ^ IsTrue(binary.Right));
        }

        var (left, right) = (Evaluate(binary.Left), Evaluate(binary.Right));
        return IsComparison(binary.Operator) && !ArePresent(binary.Left, binary.Right)
            ? ReferenceValue.Of(binary.Operator is BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveNotEqual)
            : Combine(binary, left, right);
    }

    private ReferenceValue Combine(BinaryExpression binary, ReferenceValue left, ReferenceValue right) =>
        left.IsNumber
            ? ReferenceArithmetic.Binary(
                binary.Operator, left, right, (ScalarType)_typer.Arithmetic(binary)!,
                (ScalarType)_typer.TypeOf(binary)!)
            : ReferenceArithmetic.CompareBytes(binary.Operator, left, right);

    private bool Compare(BinaryOperator op, Expression left, ReferenceValue a, Expression right, ReferenceValue b) =>
        ReferenceArithmetic.IsTrue(Combine(new BinaryExpression(op, left, right), a, b));

    private ReferenceValue OfCall(CallExpression call)
    {
        var function = call.Function;
        var locals = new Dictionary<Local, ReferenceValue>();
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            locals[function.Parameters[i]] = Convert(call.Arguments[i], TypeOf(function.Parameters[i]));
        }

        var (callerLocals, callerResult, callerType) = (_locals, _result, _resultType);
        _locals = locals;
        _resultType = _typer.ReturnTypeOf(function) ?? ScalarType.Int64;
        _result = ReferenceValue.Zero(_resultType);
        Execute(function.Body);
        var value = _result;
        (_locals, _result, _resultType) = (callerLocals, callerResult, callerType);
        return value;
    }

    private ReferenceValue OfMapCall(MapCallExpression call)
    {
        var (map, state) = (call.Map, _state[call.Map]);
        var isKeyed = map.Key is not null;
        var key = isKeyed ? Key(map, call.Arguments[0]) : [];
        var entry = state.Lookup(key);
        switch (call.Operation)
        {
            case MapOperation.Remove:
                return ReferenceValue.Of(state.Remove(key));
            case MapOperation.Pop or MapOperation.Peek:
                var value = isKeyed ? entry : call.Operation == MapOperation.Pop ? state.Pop() : state.Peek();
                if (isKeyed) state.Remove(key);
                return value is null
                    ? ReferenceValue.Zero(Typer.Plain(map.Value)!)
                    : Load(map.Value!, value);
            case MapOperation.Push:
                return ReferenceValue.Of(state.Push(Bytes(map.Value!, call.Arguments[0])));
            case MapOperation.Add or MapOperation.Replace or MapOperation.Set:
                var bytes = Bytes(map.Value!, call.Arguments[1]);
                // The value is computed first, and can change the map.
                var allowed = call.Operation == MapOperation.Set ||
                    state.Lookup(key) is null == (call.Operation == MapOperation.Add);
                return ReferenceValue.Of(allowed && state.Set(key, bytes));
            default:
                throw new NotSupportedException($"The evaluator does not know {call.Operation}.");
        }
    }

    private byte[] Key(Map map, Expression key) => Bytes(map.Key!, key);

    private byte[] Bytes(EbpfType type, Expression expression)
    {
        var bytes = new byte[type.Size];
        Store(Convert(expression, Typer.Plain(type)!), type, bytes);
        return bytes;
    }
}
