using System.Net;
using System.Net.NetworkInformation;
using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;
using FsCheck;
using FsCheck.Fluent;
using static EbpfCat.Tests.Reference.Generators;

namespace EbpfCat.Tests.Reference;

internal static partial class ProgramGenerator
{
    private static readonly object[] NotableNumbers =
    [
        0, 1, -1, 2, 3, -3, 5, 7, 8, 10, 16, 31, 32, 33, 63, 64, 65, 100, 127, 128, -128, -129, 255, 256, 1000, 0x0800,
        0x86dd,
        32767, -32768, 65535, 65536, 100000, int.MaxValue, int.MinValue, 0x80000000L, 0xffffffffL, 0x100000000L,
        -0x100000000L, long.MaxValue, long.MinValue, ulong.MaxValue, 0x8000000000000000UL, 0x123456789abcdefL,
        0.5m, -0.5m, 1.5m, -2.5m, 0.00001m, 99999.99999m, -7.25m, 1000000m, true, false,
    ];

    private static readonly object[] NotableAddresses =
    [
        IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"), IPAddress.Parse("0.0.0.0"),
        IPAddress.Parse("255.255.255.255"),
        IPAddress.Parse("2001:db8::1"), IPAddress.Parse("::"), IPAddress.Parse("::ffff:10.0.0.1"),
        PhysicalAddress.Parse("02-00-5E-10-00-01"), PhysicalAddress.Parse("FF-FF-FF-FF-FF-FF"),
    ];

    private static readonly BinaryOperator[] NumberOperators =
    [
        BinaryOperator.Add, BinaryOperator.Add, BinaryOperator.Subtract, BinaryOperator.Multiply, BinaryOperator.Divide,
        BinaryOperator.FloorDivide, BinaryOperator.TruncateDivide, BinaryOperator.CeilingDivide,
        BinaryOperator.RoundDivide, BinaryOperator.Remainder, BinaryOperator.BitAnd, BinaryOperator.BitAnd,
        BinaryOperator.BitOr, BinaryOperator.BitXor, BinaryOperator.ShiftLeft,
        BinaryOperator.ShiftRight,
        BinaryOperator.Minimum, BinaryOperator.Maximum,
    ];

    private static readonly BinaryOperator[] Comparisons =
    [
        BinaryOperator.Equal, BinaryOperator.NotEqual, BinaryOperator.Less, BinaryOperator.LessOrEqual,
        BinaryOperator.Greater, BinaryOperator.GreaterOrEqual,
    ];

    private static readonly UnaryOperator[] UnaryOperators =
        [.. Enum.GetValues<UnaryOperator>().Where(op => op != UnaryOperator.ReverseBytes)];

    private static readonly Gen<Expression> NumberConstant =
        Weighted(
            (3, () => Gen.Elements(NotableNumbers).Select(n => (Expression)new ConstantExpression(n))),
            (2, () => Gen.Choose(-20, 300).Select(n => (Expression)n)),
            (1, () => Gen.Choose(int.MinValue, int.MaxValue).SelectMany(high => Gen.Choose(int.MinValue, int.MaxValue)
                .Select(low => (Expression)((long)high << 32 | (uint)low)))));

    /// <summary>A value of a type, or one that an assignment converts to it.</summary>
    private static Gen<Expression> Value(ProgramScope scope, EbpfType? type, int depth) => type switch
    {
        null or ScalarType => Number(scope, depth),
        AddressType address => Address(scope, address, depth),
        StructType record => Record(scope, record, depth),
        StringType text => Text(scope, text, depth),
        ArrayType or BytesType => Array(scope, type, depth),
        _ => throw new ArgumentException($"There are no values of {type}.", nameof(type)),
    };

    private static Gen<Expression> Number(ProgramScope scope, int depth)
    {
        var deep = depth > 0 ? 1 : 0;
        var places = scope.Places.Where(p => ProgramScope.TypeOf(p) is null or ScalarType).ToArray();
        var maps = scope.KeyedMaps.Where(m => m.Value is ScalarType or StructType).ToArray();
        var arrays = scope.Arrays.ToArray();
        return Weighted(
            (4, () => NumberConstant),
            (places.Length > 0 ? 10 : 0, () => Gen.Elements(places)),
            (scope.Counters.Count > 0 ? 4 : 0, () => Gen.Elements(scope.Counters.Select(c => (Expression)c).ToArray())),
            (4, () => PacketValue(scope, depth)),
            (1, () => Gen.Constant(Packet.Length)),
            (arrays.Length > 0 ? 3 : 0, () => Element(scope, arrays, depth)),
            (scope.Measured.Length > 0 ? 1 : 0, () => Gen.Elements(scope.Measured).Select(p => (Expression)p.Count())),
            (deep * (maps.Length > 0 ? 4 : 0), () => MapNumber(scope, maps, depth - 1)),
            (deep * 2, () => OrderedScalar.SelectMany(type => Number(scope, depth - 1).Select(n => n.Cast(type)))),
            (deep * 2, () => Conditional(scope, depth - 1, d => Number(scope, d))),
            (deep, () => Let(scope, depth - 1)),
            (deep * 3, () => Gen.Elements(UnaryOperators).SelectMany(op => Number(scope, depth - 1)
                .Select(n => (Expression)new UnaryExpression(op, op == UnaryOperator.BitNot ? Whole(n) : n)))),
            (deep, () => Gen.Elements(Scalars.Where(type => !type.IsFixed).ToArray())
                .SelectMany(type => Number(scope, depth - 1).Select(n => n.Cast(type).ReverseBytes()))),
            (deep * 14, () => Binary(scope, depth - 1)),
            (deep * 2, () => Condition(scope, depth - 1)),
            (deep * (scope.Functions.Count > 0 ? 1 : 0), () => Call(scope, depth - 1)));
    }

    private static bool IsBitwise(BinaryOperator op) => op is BinaryOperator.BitAnd or BinaryOperator.BitOr
        or BinaryOperator.BitXor or BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight;

    /// <summary>
    /// The expression, cast to an integer if it can be fixed-point, which has no bits and is not an offset.
    /// </summary>
    private static Expression Whole(Expression expression) =>
        MayBeFixed(expression) ? expression.Cast(ScalarType.Int64) : expression;

    private static bool MayBeFixed(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value is decimal,
        PacketReadExpression read => read.Type is ScalarType { IsFixed: true },
        CastExpression cast => cast.Type is ScalarType { IsFixed: true },
        LetExpression let => MayBeFixed(let.Body),
        ConditionalExpression conditional => MayBeFixed(conditional.WhenTrue) || MayBeFixed(conditional.WhenFalse),
        UnaryExpression { Operator: UnaryOperator.Negate or UnaryOperator.Absolute } unary => MayBeFixed(unary.Operand),
        BinaryExpression { Operator: BinaryOperator.Divide } => true,
        BinaryExpression
        {
            Operator: BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Multiply
            or BinaryOperator.Remainder or BinaryOperator.Minimum or BinaryOperator.Maximum
        } binary =>
            MayBeFixed(binary.Left) || MayBeFixed(binary.Right),
        CallExpression call => call.Function.ReturnType is null or ScalarType { IsFixed: true },
        IndexExpression element =>
            Typer.ElementOf(ProgramScope.TypeOf(element.Target)) is ScalarType { IsFixed: true },
        FieldExpression { Name: FieldExpression.CountName } => false,
        LocalExpression or VariableExpression or PacketVariableExpression or FieldExpression or MapEntryExpression =>
            ProgramScope.TypeOf(expression) is null or ScalarType { IsFixed: true },
        _ => false,
    };

    private static Gen<Expression> Binary(ProgramScope scope, int depth) =>
        from op in Gen.Elements(NumberOperators)
        from left in Number(scope, depth)
        from right in op is BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight
            ? Weighted((2, () => Gen.Choose(0, 70).Select(n => (Expression)n)), (1, () => Number(scope, depth)))
            : Number(scope, depth)
        let whole = IsBitwise(op)
        select (Expression)new BinaryExpression(op, whole ? Whole(left) : left, whole ? Whole(right) : right);

    private static Gen<Expression> Conditional(ProgramScope scope, int depth, Func<int, Gen<Expression>> value) =>
        from condition in Condition(scope, depth)
        from whenTrue in value(depth)
        from whenFalse in value(depth)
        select Expression.Conditional(condition, whenTrue, whenFalse);

    private static Gen<Expression> Let(ProgramScope scope, int depth) =>
        from number in Gen.Choose(0, 999)
        from type in Weighted<EbpfType?>(
            (1, () => Gen.Constant<EbpfType?>(null)), (1, () => Scalar.Select(EbpfType? (t) => t)))
        let local = new Local($"t{number}", type)
        from value in Number(scope, depth)
        from body in Number(scope.With(local), depth)
        select (Expression)new LetExpression(local, value, body);

    /// <summary>A condition: mostly a Boolean, sometimes a number.</summary>
    private static Gen<Expression> Condition(ProgramScope scope, int depth)
    {
        var deep = depth > 0 ? 1 : 0;
        var maps = scope.KeyedMaps.ToArray();
        return Weighted(
            (8, () => Comparison(scope, depth)),
            (3, () => AnyHeader(scope).Select(h => (Expression)new HeaderExpression(h))),
            (maps.Length > 0
                ? 2 : 0, () => Gen.Elements(maps).SelectMany(m => Key(scope, m, depth - 1).Select(m.Contains))),
            (2, () => AddressComparison(scope, depth)),
            (2, () => TextComparison(scope, depth)),
            (1, () => Number(scope, depth)),
            (deep * 4, () => Logical(scope, depth - 1)),
            (deep, () => Condition(scope, depth - 1).Select(c => !c)));
    }

    private static Gen<Expression> Comparison(ProgramScope scope, int depth) =>
        from op in Gen.Elements(Comparisons)
        from left in Number(scope, depth - 1)
        from right in Number(scope, depth - 1)
        select (Expression)new BinaryExpression(op, left, right);

    private static Gen<Expression> Logical(ProgramScope scope, int depth) =>
        from op in Gen.Elements(BinaryOperator.LogicalAnd, BinaryOperator.LogicalOr, BinaryOperator.LogicalXor)
        from left in Condition(scope, depth)
        from right in Condition(scope, depth)
        select (Expression)new BinaryExpression(op, left, right);

    private static Gen<Expression> AddressComparison(ProgramScope scope, int depth) =>
        from op in Gen.Elements(BinaryOperator.Equal, BinaryOperator.NotEqual)
        from type in Gen.Elements(Addresses)
        from other in type.Kind == AddressKind.Mac ? Gen.Constant(type) : Gen.Elements(Addresses[..3])
        from left in Address(scope, type, depth - 1)
        from right in Address(scope, other, depth - 1)
        select (Expression)new BinaryExpression(op, left, right);

    // Texts that share a prefix, differ in case, fill their place, or do not fit.
    private static Gen<Expression> TextConstant =>
        Gen.Elements("", "G", "Get", "get", "GET ", "Get /", "Get /index", "a", "A[`z", "\u00e4")
            .Select(text => (Expression)text);

    private static Gen<Expression> Text(ProgramScope scope, StringType type, int depth)
    {
        var places = scope.Places.Where(p => ProgramScope.TypeOf(p) is StringType).ToArray();
        var maps = scope.KeyedMaps.Where(m => m.Value is StringType).ToArray();
        return Weighted(
            (4, () => TextConstant),
            (places.Length > 0 ? 4 : 0, () => Gen.Elements(places)),
            (1, () => Gen.Choose(0, 20)
                .SelectMany(offset => Gen.Elements(Texts).Select(t => (Expression)Packet.Read(offset, t)))),
            (1, () => Gen.Choose(0, 20).Select(offset => (Expression)Packet.Read(offset, type))),
            (depth > 0 && maps.Length > 0 ? 2 : 0, () => Gen.Elements(maps)
                .SelectMany(m => Key(scope, m, depth - 1).Select(key => (Expression)m[key]))));
    }

    private static Gen<Expression> TextComparison(ProgramScope scope, int depth) =>
        from op in Gen.Elements(BinaryOperator.Equal, BinaryOperator.NotEqual, BinaryOperator.CaseSensitiveEqual,
            BinaryOperator.CaseSensitiveNotEqual, BinaryOperator.StartsWith, BinaryOperator.CaseSensitiveStartsWith)
        from type in Gen.Elements(Texts)
        from left in Text(scope, type, depth - 1)
        from isConstant in OnceIn(2)
        from right in isConstant || op is BinaryOperator.StartsWith or BinaryOperator.CaseSensitiveStartsWith
            ? TextConstant
            : Text(scope, type, depth - 1)
        select (Expression)new BinaryExpression(op, left, right);

    private static Gen<Expression> Array(ProgramScope scope, EbpfType type, int depth)
    {
        var places = scope.Places.Where(p => ProgramScope.TypeOf(p) == type).ToArray();
        var element = (ScalarType)Typer.ElementOf(type)!;
        return Weighted(
            (2, () => Number(scope, depth - 1).ListOf(type.Size / element.Size)
                .Select(values => Expression.Array(element, [.. values]))),
            (1, () => Gen.Choose(0, 20).Select(offset => (Expression)Packet.Read(offset, type))),
            (places.Length > 0 ? 3 : 0, () => Gen.Elements(places)));
    }

    private static Gen<Expression> Element(ProgramScope scope, Expression[] arrays, int depth) =>
        from array in Gen.Elements(arrays)
        from index in Weighted(
            (2, () => Gen.Choose(0, 3).Select(n => (Expression)n)), (1, () => Number(scope, depth - 1)))
        select (Expression)new IndexExpression(array, Whole(index));

    // The number that a map holds at a key, or a number in the struct there.
    private static Gen<Expression> MapNumber(ProgramScope scope, Map[] maps, int depth) =>
        from map in Gen.Elements(maps)
        from key in Key(scope, map, depth)
        from part in Gen.Elements(
            ProgramScope.Parts(map[key], map.Value).Where(p => ProgramScope.TypeOf(p) is ScalarType).ToArray())
        select part;

    // Keys come from few values, so that programs use them again.
    private static Gen<Expression> Key(ProgramScope scope, Map map, int depth) => map.Key is ScalarType
        ? Weighted(
            (4, () => Gen.Choose(0, 4).Select(n => (Expression)n)),
            (2, () => Number(scope, depth).Select(n => Whole(n) & 3)),
            (1, () => Number(scope, depth)))
        : Value(scope, map.Key, depth);

    private static Gen<Expression> Call(ProgramScope scope, int depth) =>
        from function in Gen.Elements(scope.Functions.ToArray())
        from arguments in Gen.CollectToArray(function.Parameters, p => Value(scope, p.Type, depth))
        select function.Call(arguments);

    private static Gen<Expression> Record(ProgramScope scope, StructType type, int depth)
    {
        var places = scope.Places.Where(p => ProgramScope.TypeOf(p) == type).ToArray();
        var maps = scope.KeyedMaps.Where(m => m.Value == type).ToArray();
        return Weighted(
            (4, () => NewRecord(scope, type, depth)),
            (places.Length > 0 ? 3 : 0, () => Gen.Elements(places)),
            (depth > 0 && maps.Length > 0 ? 2 : 0, () => Gen.Elements(maps)
                .SelectMany(m => Key(scope, m, depth - 1).Select(key => (Expression)m[key]))));
    }

    private static Gen<Expression> NewRecord(ProgramScope scope, StructType type, int depth) =>
        from fields in Gen.CollectToArray(type.Fields, field =>
            from left in OnceIn(5)
            from value in field.Type is ScalarType { IsBoolean: false }
                ? Weighted((2, () => Gen.Choose(0, 2).Select(n => (Expression)n)), (1, () => Number(scope, depth - 1)))
                : Value(scope, field.Type, depth - 1)
            select left ? (KeyValuePair<string, Expression>?)null : new(field.Name, value))
        let given = fields.OfType<KeyValuePair<string, Expression>>().ToArray()
        select (Expression)new StructExpression(
            given.Length > 0 ? given : [new(type.Fields[0].Name, ZeroOf(type.Fields[0].Type))]);

    private static Expression ZeroOf(EbpfType type) => type switch
    {
        AddressType { Kind: AddressKind.Mac } => new ConstantExpression(new PhysicalAddress(new byte[6])),
        AddressType address => new ConstantExpression(new IPAddress(new byte[address.Size])),
        StringType => "",
        StructType record => new StructExpression([new(record.Fields[0].Name, ZeroOf(record.Fields[0].Type))]),
        _ => 0,
    };

    /// <summary>An address of a kind; for a kind of both IP versions also one of either version.</summary>
    private static Gen<Expression> Address(ProgramScope scope, AddressType type, int depth)
    {
        bool Fits(EbpfType? other) => other == type
            || (type.Kind == AddressKind.IPAddress &&
                other is AddressType { Kind: AddressKind.IPv4 or AddressKind.IPv6 });
        var constants = NotableAddresses.Where(c => c switch
        {
            PhysicalAddress => type.Kind == AddressKind.Mac,
            IPAddress { AddressFamily: System.Net.Sockets.AddressFamily.InterNetwork } => Fits(AddressType.IPv4),
            _ => Fits(AddressType.IPv6),
        }).ToArray();
        var places = scope.Places.Where(p => Fits(ProgramScope.TypeOf(p))).ToArray();
        var maps = scope.KeyedMaps.Where(m => Fits(m.Value)).ToArray();
        Expression[] Fields(IEnumerable<PacketHeader> headers) => [.. headers.SelectMany(h =>
            h.Fields.Where(f => Fits(f.Type)).Select(f => new HeaderFieldExpression(h, f)))];
        var fields = Fields(scope.Present.Append(PacketHeaders.Ethernet));
        var others = Fields(scope.MayEnterTunnels
            ? [.. PacketHeaders.All, .. PacketHeaders.All, .. InnerHeaders.All] : PacketHeaders.All);
        return Weighted(
            (3, () => Gen.Elements(constants).Select(c => (Expression)new ConstantExpression(c))),
            (places.Length > 0 ? 4 : 0, () => Gen.Elements(places)),
            (fields.Length > 0 ? 4 : 0, () => Gen.Elements(fields)),
            (others.Length > 0 ? 2 : 0, () => Gen.Elements(others)),
            (1, () => Gen.Choose(0, 30).Select(offset => (Expression)Packet.Read(offset, type))),
            (depth > 0 && maps.Length > 0 ? 2 : 0, () => Gen.Elements(maps)
                .SelectMany(m => Key(scope, m, depth - 1).Select(key => (Expression)m[key]))),
            (depth > 0 && type == AddressType.IPv4 ? 2 : 0, () => Gen.Elements(AddressType.IPAddress, AddressType.IPv6)
                .SelectMany(other => Address(scope, other, depth - 1)).Select(a => (Expression)a.Cast(type))),
            (depth > 0 ? 1 : 0, () => Conditional(scope, depth - 1, d => Address(scope, type, d))));
    }

    private static Gen<Expression> PacketNumber(ProgramScope scope, int depth) => Weighted(
        (3, () => NumberField(scope)),
        (3, () => PacketPlace(scope, depth)));

    private static Gen<Expression> PacketValue(ProgramScope scope, int depth) => Weighted(
        (6, () => PacketNumber(scope, depth)),
        (1, () => HeaderOffset(scope)));

    private static Gen<Expression> PacketPlace(ProgramScope scope, int depth) =>
        from type in OrderedScalar
        from offset in Weighted(
            (4, () => Gen.Choose(0, 14 - type.Size).Select(n => (Expression)n)),
            (1, () => Gen.Choose(0, 210).Select(n => (Expression)n)),
            (2, () =>
                Gen.Elements(7, 15, 63).SelectMany(mask => Number(scope, depth - 1).Select(n => Whole(n) & mask))),
            (1, () => Number(scope, depth - 1).Select(Whole)),
            (2, () => from start in HeaderOffset(scope)
                      from distance in Gen.Elements(0, 0, 1, 4, 13)
                      select distance == 0 ? start : start + distance))
        select (Expression)Packet.Read(offset, type);

    // Where a header or its payload begins. A tag may have no offset in the packet.
    private static Gen<Expression> HeaderOffset(ProgramScope scope) =>
        from header in Header(scope)
        from isPayload in Gen.Elements(true, true, false)
        select (Expression)new HeaderFieldExpression(header,
            isPayload || header.Name.EndsWith("Vlan", StringComparison.Ordinal)
                ? HeaderField.PayloadOffset : HeaderField.HeaderOffset);

    // Headers that are known to be present, and others.
    private static Gen<PacketHeader> Header(ProgramScope scope) =>
        from any in OnceIn(3)
        from header in any
            ? AnyHeader(scope)
            : Gen.Elements<PacketHeader>([.. scope.Present.Append(PacketHeaders.Ethernet)])
        where header.Fields.Count > 0
        select header;

    // The verifier follows the way into a tunnel in each round of a loop, which can be beyond it; a function may be
    // called in one.
    private static Gen<PacketHeader> AnyHeader(ProgramScope scope) => Weighted(
        (5, () => Gen.Elements(PacketHeaders.All.ToArray())),
        (scope.MayEnterTunnels ? 3 : 0, () => Gen.Elements(InnerHeaders.All.Append(InnerHeaders.Packet).ToArray())));

    private static Gen<Expression> NumberField(ProgramScope scope) =>
        from header in Header(scope)
        from field in Gen.Elements(header.Fields.Where(f => f.Type is ScalarType).ToArray())
        select (Expression)new HeaderFieldExpression(header, field);
}
