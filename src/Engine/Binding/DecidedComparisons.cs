namespace EbpfCat.Binding;

/// <summary>Finds comparisons of integers whose result is known from the ranges of their operands.</summary>
internal static class DecidedComparisons
{
    private readonly record struct Interval(Int128 Min, Int128 Max)
    {
        public bool IsOneNumber => Min == Max;
    }

    /// <summary>The warning for a comparison that is never true or never false; null for others.</summary>
    /// <param name="canBeFalse">Whether it is false for another reason where a header is absent.</param>
    public static Diagnostic? WarningOf(BoundBinary comparison, bool canBeFalse)
    {
        if (comparison.Arithmetic is not { IsFixed: false } type) return null;
        var (a, b) = (Fitted(RangeOf(comparison.Left), type), Fitted(RangeOf(comparison.Right), type));
        if (a.IsOneNumber == b.IsOneNumber || Decide(comparison.Operator, a, b) is not { } result
            || (result && canBeFalse))
        {
            return null;
        }

        var (side, other) = a.IsOneNumber ? ("right", b) : ("left", a);
        return new Diagnostic(DiagnosticIds.DecidedComparison,
            $"This comparison is never {(result ? "false" : "true")}: "
                + $"its {side} side goes from {other.Min} to {other.Max}.",
            comparison.Source,
            type.IsSigned ? null : "A uint64 is never negative: cast it to int64 where a difference can be.",
            DiagnosticSeverity.Warning);
    }

    private static bool? Decide(BinaryOperator op, Interval a, Interval b) => op switch
    {
        BinaryOperator.Equal or BinaryOperator.CaseSensitiveEqual =>
            a.Max < b.Min || a.Min > b.Max ? false : null,
        BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveNotEqual =>
            a.Max < b.Min || a.Min > b.Max ? true : null,
        BinaryOperator.Less => a.Max < b.Min ? true : a.Min >= b.Max ? false : null,
        BinaryOperator.GreaterOrEqual => a.Max < b.Min ? false : a.Min >= b.Max ? true : null,
        BinaryOperator.Greater => Decide(BinaryOperator.Less, b, a),
        BinaryOperator.LessOrEqual => Decide(BinaryOperator.GreaterOrEqual, b, a),
        _ => null,
    };

    private static Interval RangeOf(BoundExpression expression)
    {
        switch (expression)
        {
            case BoundConstant { Value: long number }: return new(number, number);
            case BoundConstant { Value: ulong number }: return new(number, number);
            case BoundConstant { Value: bool truth }: return truth ? new(1, 1) : new(0, 0);
            case BoundHeaderField { Field: { BitCount: > 0 } field }:
                return new(0, ((Int128.One << field.BitCount) - 1) << field.Scale);
            case BoundConversion { Type: ScalarType { IsBoolean: false, IsFixed: false } type, Operand: var operand }
                when operand.Type is ScalarType { IsFixed: false }:
                return Fitted(RangeOf(operand), type);
            case BoundConditional { Type: ScalarType type } choice:
                var (yes, no) = (RangeOf(choice.WhenTrue), RangeOf(choice.WhenFalse));
                return Fitted(new(Int128.Min(yes.Min, no.Min), Int128.Max(yes.Max, no.Max)), type);
            case BoundBinary { Type: ScalarType { IsFixed: false } type, Arithmetic: { IsFixed: false } arithmetic }
                binary:
                var (a, b) = (Fitted(RangeOf(binary.Left), arithmetic), Fitted(RangeOf(binary.Right), arithmetic));
                return Combined(binary.Operator, a, b) is { } range ? Fitted(range, type) : Whole(type);
            case { StoredType: ScalarType type }: return Whole(type);
            case { Type: ScalarType type }: return Whole(type);
            default: return Whole(ScalarType.Int64);
        }
    }

    // Null where little is known of the result.
    private static Interval? Combined(BinaryOperator op, Interval a, Interval b)
    {
        var isPositive = a.Min >= 0 && b.Min >= 0;
        switch (op)
        {
            case BinaryOperator.Add: return new(a.Min + b.Min, a.Max + b.Max);
            case BinaryOperator.Subtract: return new(a.Min - b.Max, a.Max - b.Min);
            case BinaryOperator.Multiply when isPositive && a.Max <= uint.MaxValue && b.Max <= uint.MaxValue:
                return new(a.Min * b.Min, a.Max * b.Max);
            case BinaryOperator.BitAnd when isPositive: return new(0, Int128.Min(a.Max, b.Max));
            case BinaryOperator.BitOr or BinaryOperator.BitXor when isPositive:
                return new(0, (Int128.One << (int)(128 - Int128.LeadingZeroCount(a.Max | b.Max))) - 1);
            case BinaryOperator.ShiftLeft when b is { IsOneNumber: true, Min: var count } && count >= 0 && count < 64:
                return new(a.Min << (int)count, a.Max << (int)count);
            case BinaryOperator.ShiftRight when b is { IsOneNumber: true, Min: var count } && count >= 0 && count < 64:
                return new(a.Min >> (int)count, a.Max >> (int)count);
            case BinaryOperator.Remainder when isPositive && b.Min > 0: return new(0, Int128.Min(a.Max, b.Max - 1));
            case BinaryOperator.FloorDivide when isPositive && b.Min > 0: return new(a.Min / b.Max, a.Max / b.Min);
            case BinaryOperator.Minimum: return new(Int128.Min(a.Min, b.Min), Int128.Min(a.Max, b.Max));
            case BinaryOperator.Maximum: return new(Int128.Max(a.Min, b.Min), Int128.Max(a.Max, b.Max));
            default: return null;
        }
    }

    private static Interval Whole(ScalarType type) => new(type.MinValue, type.MaxValue);

    // What does not fit wraps.
    private static Interval Fitted(Interval range, ScalarType type) =>
        range.Min >= type.MinValue && range.Max <= type.MaxValue ? range : Whole(type);
}
