namespace EbpfCat.Compiler;

/// <summary>Lowers operators on numbers.</summary>
internal sealed class ArithmeticLowering(LoweringContext context)
{
    private const long Scale = ScalarType.FixedScale;

    private readonly IrBuilder _b = context.Builder;
    private readonly ConversionLowering _conversions = context.Conversions;

    public ScalarOperand LowerBinary(BoundBinary binary) =>
        Combine(binary.Operator, context.Expressions.LowerScalar(binary.Left),
            context.Expressions.LowerScalar(binary.Right), binary.Arithmetic!, (ScalarType)binary.Type);

    public ScalarOperand Combine(BinaryOperator op, ScalarOperand a, ScalarOperand b, ScalarType arithmetic,
        ScalarType result)
    {
        var signed = arithmetic.IsSigned;
        ScalarOperand Give(Value value) => new(result, value);
        switch (op)
        {
            case BinaryOperator.BitAnd:
                return Give(_b.Make(Op.And, a.Value, b.Value));
            case BinaryOperator.BitOr:
                return Give(_b.Make(Op.Or, a.Value, b.Value));
            case BinaryOperator.BitXor or BinaryOperator.LogicalXor:
                return Give(_b.Make(Op.Xor, a.Value, b.Value));
            case BinaryOperator.ShiftLeft:
                return Give(_b.Make(Op.Shl, a.Value, b.Value));
            case BinaryOperator.ShiftRight:
                return Give(_b.Make(result.IsSigned ? Op.Sar : Op.Shr, a.Value, b.Value));
            case BinaryOperator.Multiply when arithmetic.IsFixed:
                var product = _b.Make(Op.Mul, a.Value, b.Value);
                return Give(a.Scalar.IsFixed && b.Scalar.IsFixed ? SignedDivide(product, _b.Constant(Scale)) : product);
            case BinaryOperator.Divide:
                return Give(FixedQuotient(a.Value, b.Value, a.Scalar.IsFixed, b.Scalar.IsFixed));
            case >= BinaryOperator.FloorDivide and <= BinaryOperator.RoundDivide:
                return Give(IntegerQuotient(op, a, b, arithmetic));
        }

        var (x, y) = (Scaled(a, arithmetic), Scaled(b, arithmetic));
        return op switch
        {
            BinaryOperator.Add => Give(_b.Make(Op.Add, x, y)),
            BinaryOperator.Subtract => Give(_b.Make(Op.Sub, x, y)),
            BinaryOperator.Multiply => Give(_b.Make(Op.Mul, x, y)),
            BinaryOperator.Remainder => Give(_b.Make(signed ? Op.SMod : Op.UMod, x, y)),
            BinaryOperator.Minimum =>
            Give(_b.Select(signed ? Comparison.SignedLessOrEqual : Comparison.UnsignedLessOrEqual, x, y)),
            BinaryOperator.Maximum =>
            Give(_b.Select(signed ? Comparison.SignedGreaterOrEqual : Comparison.UnsignedGreaterOrEqual, x, y)),
            _ => throw new UnreachableException($"{op}"),
        };
    }

    private Value Scaled(ScalarOperand operand, ScalarType arithmetic) => arithmetic.IsFixed && !operand.Scalar.IsFixed
        ? _b.Make(Op.Mul, operand.Value, _b.Constant(Scale))
        : operand.Value;

    private Value SignedDivide(Value a, Value b) => _b.Make(Op.SDiv, a, b);

    private Value FixedQuotient(Value a, Value b, bool aIsFixed, bool bIsFixed)
    {
        var dividend = aIsFixed == bIsFixed ? _b.Make(Op.Mul, a, _b.Constant(Scale))
            : aIsFixed ? a
            : _b.Make(Op.Mul, a, _b.Constant(Scale * Scale));
        return SignedDivide(dividend, b);
    }

    private Value IntegerQuotient(BinaryOperator op, ScalarOperand a, ScalarOperand b, ScalarType arithmetic)
    {
        var (x, y) = (Scaled(a, arithmetic), Scaled(b, arithmetic));
        if (op is BinaryOperator.CeilingDivide or BinaryOperator.RoundDivide)
            return RoundedQuotient(op, x, y, arithmetic.IsSigned);
        if (!arithmetic.IsSigned) return _b.Make(Op.UDiv, x, y);
        return op == BinaryOperator.TruncateDivide ? SignedDivide(x, y) : FloorQuotient(x, y);
    }

    // The truncated quotient, less one if there is a remainder and the signs differ.
    private Value FloorQuotient(Value x, Value y)
    {
        var quotient = SignedDivide(x, y);
        if (ValueRange.IsNonNegative(x) && ValueRange.IsNonNegative(y)) return quotient;
        var remainder = y.IsConstant && y.Immediate == 0
            ? _b.Constant(0)
            : _b.Make(Op.Sub, x, _b.Make(Op.Mul, quotient, y));
        var (rest, down, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        if (_b.Current is null) return quotient;
        // The quotient by zero is zero, and the remainder is the dividend, which must not count.
        var sign = _b.Make(Op.Xor, x, y);
        var divisible = _b.NewBlock();
        _b.BranchIfNotZero(remainder, rest, divisible);
        if (_b.StartIfReached(rest))
        {
            if (_b.Guard(Comparison.NotEqual, y, _b.Constant(0), divisible))
                _b.Branch(Comparison.SignedLess, sign, _b.Constant(0), down, divisible);
        }

        var incoming = new List<(Block, Value)>();
        if (_b.StartIfReached(down))
        {
            incoming.Add((down, _b.Make(Op.Add, quotient, _b.Constant(-1))));
            _b.Jump(after);
        }

        if (_b.StartIfReached(divisible))
        {
            incoming.Add((divisible, quotient));
            _b.Jump(after);
        }

        _b.Start(after);
        return _b.Phi([.. incoming]);
    }

    // The truncated quotient, or the next integer away from zero where the remainder asks for it.
    private Value RoundedQuotient(BinaryOperator op, Value x, Value y, bool signed)
    {
        var quotient = _b.Make(signed ? Op.SDiv : Op.UDiv, x, y);
        if (_b.Current is null || y is { IsConstant: true, Immediate: 0 }) return quotient;
        var remainder = _b.Make(Op.Sub, x, _b.Make(Op.Mul, quotient, y));
        var signs = signed ? _b.Make(Op.Xor, x, y) : _b.Constant(0);
        var (divided, away, kept, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        // A divisor of zero gives zero: the remainder is then the dividend, and must not count.
        _b.BranchIfNotZero(y, divided, kept);
        if (_b.StartIfReached(divided))
        {
            if (op == BinaryOperator.RoundDivide) BranchIfNearer(quotient, Size(remainder), Size(y), away, kept);
            else BranchIfAbove(remainder, signs, away, kept);
        }

        var incoming = new List<(Block, Value)>();
        if (_b.StartIfReached(away))
        {
            var step = _b.Make(Op.Or, _b.Make(Op.Sar, signs, _b.Constant(63)), _b.Constant(1));
            incoming.Add((away, _b.Make(Op.Add, quotient, step)));
            _b.Jump(after);
        }

        if (_b.StartIfReached(kept))
        {
            incoming.Add((kept, quotient));
            _b.Jump(after);
        }

        _b.Start(after);
        return _b.Phi([.. incoming]);

        Value Size(Value value) => !signed
            ? value
            : _b.Select(Comparison.SignedGreaterOrEqual, value, _b.Constant(0), value,
                _b.Make(Op.Negate, value));
    }

    // Whether the exact quotient is above the truncated one.
    private void BranchIfAbove(Value remainder, Value signs, Block above, Block exact)
    {
        var rest = _b.NewBlock();
        _b.BranchIfNotZero(remainder, rest, exact);
        if (_b.StartIfReached(rest))
            _b.Branch(Comparison.SignedGreaterOrEqual, signs, _b.Constant(0), above, exact);
    }

    // Whether the remainder is more than half of the divisor, or half of it and the quotient odd.
    private void BranchIfNearer(Value quotient, Value remainder, Value divisor, Block nearer, Block farther)
    {
        var (most, half) = (_b.NewBlock(), _b.NewBlock());
        var missing = _b.Make(Op.Sub, divisor, remainder);
        _b.Branch(Comparison.UnsignedGreater, remainder, missing, nearer, most);
        if (_b.StartIfReached(most)) _b.Branch(Comparison.Equal, remainder, missing, half, farther);
        if (_b.StartIfReached(half))
            _b.BranchIfNotZero(_b.Make(Op.And, quotient, _b.Constant(1)), nearer, farther);
    }

    public ScalarOperand LowerUnary(BoundUnary unary)
    {
        var operand = context.Expressions.LowerScalar(unary.Operand);
        var result = (ScalarType)unary.Type;
        switch (unary.Operator)
        {
            case UnaryOperator.Negate:
                return new(result, _b.Make(Op.Negate, operand.Value));
            case UnaryOperator.BitNot:
                return new(result, _b.Make(Op.Xor, operand.Value, _b.Constant(-1)));
            case UnaryOperator.ReverseBytes:
                return ReverseBytes(operand, result);
            case UnaryOperator.Absolute:
                return operand.Scalar.IsSigned
                    ? new(result, _b.Select(Comparison.SignedGreaterOrEqual, operand.Value, _b.Constant(0),
                        operand.Value, _b.Make(Op.Negate, operand.Value)))
                    : new(result, operand.Value);
            case UnaryOperator.Truncate:
                return operand.Scalar.IsFixed
                    ? _conversions.Convert(operand, ScalarType.Int64)
                    : new(result, operand.Value);
            case UnaryOperator.Floor:
                return operand.Scalar.IsFixed
                    ? new(result, FloorQuotient(operand.Value, _b.Constant(Scale)))
                    : new(result, operand.Value);
            case UnaryOperator.Ceiling or UnaryOperator.Round:
                var divide = unary.Operator == UnaryOperator.Round
                    ? BinaryOperator.RoundDivide
                    : BinaryOperator.CeilingDivide;
                return operand.Scalar.IsFixed
                    ? new(result, RoundedQuotient(divide, operand.Value, _b.Constant(Scale), signed: true))
                    : new(result, operand.Value);
            default:
                throw new UnreachableException($"{unary.Operator}");
        }
    }

    private ScalarOperand ReverseBytes(ScalarOperand operand, ScalarType type)
    {
        if (type.Bits == 8) return operand;
        var reversed = _b.Make(Op.ByteSwap, type.Bits, operand.Value);
        return new(type, type.IsSigned ? _b.Make(Op.SignExtend, type.Bits, reversed) : reversed);
    }
}
