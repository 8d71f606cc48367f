namespace EbpfCat.Binding;

internal sealed class OperatorBinder(BindingContext context, ExpressionBinder expressions)
{
    private readonly ConstantTexts _texts = new(context);

    public BoundExpression BindUnary(UnaryExpression unary)
    {
        if (unary.Operator == UnaryOperator.LogicalNot)
        {
            return new BoundUnary(ScalarType.Boolean, unary.Operator, expressions.BindCondition(unary.Operand),
                unary.Source);
        }

        var operand = expressions.BindNumber(unary.Operand);
        if (operand.Type is ErrorType) return operand;
        if (unary.Operator is UnaryOperator.BitNot or UnaryOperator.ReverseBytes
            && operand.Type is ScalarType { IsFixed: true })
        {
            return NoBits(unary.Source);
        }

        return unary.Operator == UnaryOperator.ReverseBytes && !HasWidth(unary.Operand)
            ? context.Error(DiagnosticIds.UnknownWidth,
                "The order of the bytes is reversed in a number whose width is not declared.", unary.Source,
                "Cast the number to the type whose bytes are meant, such as uint16.")
            : new BoundUnary(context.Typer.TypeOf(unary)!, unary.Operator, operand, unary.Source);
    }

    // Inferred locals, constants and results of arithmetic have 64 bits, whatever they are made of.
    private static bool HasWidth(Expression number) => number switch
    {
        LocalExpression { Local.Type: var type } => type is not null,
        ConstantExpression or BinaryExpression or ConditionalExpression or LetExpression => false,
        UnaryExpression { Operator: var op } => op == UnaryOperator.ReverseBytes,
        CallExpression call => call.Function.ReturnType is not null,
        _ => true,
    };

    public BoundExpression BindBinary(BinaryExpression binary)
    {
        switch (binary.Operator)
        {
            case BinaryOperator.LogicalAnd or BinaryOperator.LogicalOr or BinaryOperator.LogicalXor:
                return new BoundBinary(ScalarType.Boolean, binary.Operator, expressions.BindCondition(binary.Left),
                    expressions.BindCondition(binary.Right), ScalarType.Boolean, binary.Source);
            case >= BinaryOperator.Equal and <= BinaryOperator.CaseSensitiveStartsWith:
                return BindComparison(binary);
            case BinaryOperator.ElementOf:
                return BindElementOf(binary);
            default:
                return BindArithmetic(binary, expressions.Bind(binary.Left), expressions.Bind(binary.Right));
        }
    }

    /// <summary>Binds an operation on numbers whose operands are bound.</summary>
    public BoundExpression BindArithmetic(BinaryExpression binary, BoundExpression left, BoundExpression right)
    {
        if (left.Type is ErrorType || right.Type is ErrorType) return new BoundError(binary.Source);
        if (left.Type is not ScalarType a || right.Type is not ScalarType b)
        {
            return context.Error(DiagnosticIds.WrongType,
                $"{binary.Operator} works on numbers, not on {(left.Type is ScalarType ? right : left).Type.Name}.",
                binary.Source, AdviceToCalculate((left.Type is ScalarType ? right : left).Type));
        }

        var needsBits = binary.Operator is BinaryOperator.BitAnd or BinaryOperator.BitOr or BinaryOperator.BitXor
            or BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight;
        return needsBits && (a.IsFixed || b.IsFixed)
            ? NoBits(binary.Source)
            : new BoundBinary(context.Typer.TypeOf(binary)!, binary.Operator, left, right,
                (ScalarType)context.Typer.Arithmetic(binary)!, binary.Source);
    }

    private static string? AdviceToCalculate(EbpfType type) => type switch
    {
        AddressType { Kind: AddressKind.IPv4 } => "Cast it to uint32: 10.0.0.1 is the number 0x0a000001.",
        AddressType => "Compare it as a whole, or read its bytes from the packet.",
        StructType => "Use its fields one by one.",
        StringType => "Compare it, or use its bytes one by one.",
        ArrayType or BytesType => "Use its elements one by one.",
        _ => null,
    };

    private BoundError NoBits(SourceSpan? source) => context.Error(
        DiagnosticIds.WrongType, "A fixed-point number has no bits to work on.", source,
        "Cast it to an integer first.");

    private BoundExpression BindComparison(BinaryExpression written)
    {
        if (_texts.Resolve(written) is not { } comparison) return new BoundError(written.Source);
        if (SizeTest(comparison) is { } test)
        {
            if (test is BoundConstant)
                Compare(comparison, expressions.Bind(comparison.Left), expressions.Bind(comparison.Right));
            return test;
        }

        var differs = comparison.Operator is BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveNotEqual;
        return context.Presence.Guard([comparison.Left, comparison.Right],
            [expressions.Bind(comparison.Left), expressions.Bind(comparison.Right)],
            operands => Compare(comparison, operands[0], operands[1]), whenAbsent: differs);
    }

    // The value is compared with each element; both sides are computed once.
    private BoundExpression BindElementOf(BinaryExpression written)
    {
        const int maxElements = 128;
        var (value, array, source) = (written.Left, written.Right, written.Source);
        var type = context.Typer.TypeOf(array);
        if (type is not (ArrayType or BytesType))
            return BindComparison(new BinaryExpression(BinaryOperator.Equal, value, array) { Source = source });
        var count = type.Size / Typer.ElementOf(type)!.Size;
        if (count > maxElements)
        {
            return context.Error(DiagnosticIds.TooManyValues,
                $"The array has {count} elements; at most {maxElements} are compared one by one.", source,
                "Ask whether the value is a key of a map.");
        }

        var (one, all) = (Named("value", value), Named("array", array));
        var body = AnyFrom(0, count);
        foreach (var (held, given) in new[] { (all, array), (one, value) })
        {
            if (held is LocalExpression { Local: var local } && !ReferenceEquals(held, given))
                body = new LetExpression(local, given, body) { Source = source };
        }

        return expressions.Bind(body);

        // A balanced tree is not nested deeply.
        Expression AnyFrom(int first, int length)
        {
            var half = length / 2;
            return half == 0
                ? new BinaryExpression(BinaryOperator.Equal, one, new IndexExpression(all, first)) { Source = source }
                : AnyFrom(first, half).Or(AnyFrom(first + half, length - half));
        }

        Expression Named(string name, Expression expression) => expression
            is LocalExpression or VariableExpression or ConstantExpression
            ? expression
            : new LocalExpression(new Local(name, context.Typer.TypeOf(expression)));
    }

    private BoundExpression Compare(BinaryExpression comparison, BoundExpression left, BoundExpression right)
    {
        var source = comparison.Source;
        if (left.Type is ErrorType || right.Type is ErrorType) return new BoundError(source);
        var op = comparison.Operator;
        var isPrefix = op is BinaryOperator.StartsWith or BinaryOperator.CaseSensitiveStartsWith;
        BoundBinary Bound(ScalarType? arithmetic) => new(ScalarType.Boolean, op, left, right, arithmetic, source);
        switch (left.Type, right.Type)
        {
            case (ScalarType, ScalarType):
                return isPrefix
                    ? context.Error(DiagnosticIds.NotComparable, "A number does not begin with a text.", source,
                        "Ask a text for its beginning.")
                    : Checked(Bound((ScalarType)context.Typer.Arithmetic(comparison)!), comparison);
            case (StringType, StringType) when op is >= BinaryOperator.Less and <= BinaryOperator.GreaterOrEqual:
                return context.Error(DiagnosticIds.NoOrder, "Texts have no order in a kernel program.", source,
                    "Ask whether they are equal, or for their beginning.");
            case (StringType, StringType) when isPrefix && right is not BoundConstant:
                return context.Error(DiagnosticIds.NotConstant,
                    "The beginning that a text is asked for must be a constant.", right.Source);
            case (StringType, StringType): return Bound(null);
        }

        if (left.Type != right.Type && (left.Type, right.Type) is not
            (AddressType { Kind: not AddressKind.Mac }, AddressType { Kind: not AddressKind.Mac }))
        {
            return context.Error(DiagnosticIds.NotComparable,
                $"{left.Type.Name} and {right.Type.Name} cannot be compared.", source,
                ConstantTexts.AdviceToCompare(left.Type, right.Type));
        }

        return op is BinaryOperator.Equal or BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveEqual
            or BinaryOperator.CaseSensitiveNotEqual
            ? Bound(null)
            : context.Error(DiagnosticIds.NoOrder, $"{left.Type.Name} has no order.", source,
                "Ask whether they are equal.");
    }

    private BoundBinary Checked(BoundBinary bound, BinaryExpression comparison)
    {
        WarnIfUntyped(comparison);
        if (!context.ReportsDecidedComparisons) return bound;
        var canBeFalse = context.Presence.HeadersOf(comparison.Left, comparison.Right).Count > 0
            && bound.Operator is not (BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveNotEqual);
        if (DecidedComparisons.WarningOf(bound, canBeFalse) is { } warning) context.Diagnostics.Add(warning);
        return bound;
    }

    // A function that returns an int sets only the low half of a register.
    private void WarnIfUntyped(BinaryExpression comparison)
    {
        var isLeft = context.IsUntyped(comparison.Left);
        if (!isLeft && !context.IsUntyped(comparison.Right)) return;
        var isOrder = comparison.Operator is >= BinaryOperator.Less and <= BinaryOperator.GreaterOrEqual;
        var operand = isLeft ? comparison.Right : comparison.Left;
        if (Constants.Integer(operand) is not { } other || other > (isOrder ? 0 : -1)) return;
        context.Diagnostics.Add(new Diagnostic(DiagnosticIds.UnknownSign,
            "The type of this number is unknown: all 64 bits of its register are compared, and a negative number of 32 "
                + "bits is not negative there.",
            comparison.Source, "Cast it to the type that it has, such as int32.", DiagnosticSeverity.Warning));
    }

    // A comparison of the packet's length with a constant becomes a bounds check, which the verifier understands.
    private BoundExpression? SizeTest(BinaryExpression comparison)
    {
        const int maxBytes = 0xffff - 1; // MAX_PACKET_OFF in kernel/bpf/verifier.c
        if (context.Info.Packet != PacketAccess.Direct) return null;
        var (left, right, op) = (comparison.Left, comparison.Right, comparison.Operator);
        if (right is PacketLengthExpression)
        {
            (left, right) = (right, left);
            op = op switch
            {
                BinaryOperator.Less => BinaryOperator.Greater,
                BinaryOperator.LessOrEqual => BinaryOperator.GreaterOrEqual,
                BinaryOperator.Greater => BinaryOperator.Less,
                BinaryOperator.GreaterOrEqual => BinaryOperator.LessOrEqual,
                _ => op,
            };
        }

        if (left is not PacketLengthExpression || Constants.Integer(right) is not { } constant || constant < 0
            || constant >= maxBytes)
        {
            return null;
        }

        var bound = (int)constant;
        var (bytes, has) = op switch
        {
            BinaryOperator.GreaterOrEqual => (bound, true),
            BinaryOperator.Greater => (bound + 1, true),
            BinaryOperator.Less => (bound, false),
            BinaryOperator.LessOrEqual => (bound + 1, false),
            _ => (-1, false),
        };
        return bytes switch
        {
            < 0 => null,
            0 => new BoundConstant(ScalarType.Boolean, has, comparison.Source),
            _ => new BoundPacketSizeTest(bytes, has, comparison.Source),
        };
    }
}
