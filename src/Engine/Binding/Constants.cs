namespace EbpfCat.Binding;

/// <summary>Integers among the constants of a program, and operations on them that need no kernel.</summary>
internal static class Constants
{
    /// <summary>The value of an expression of integer constants alone, or null. It wraps at 64 bits.</summary>
    public static Int128? Integer(Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression { Value: long number }: return number;
            case ConstantExpression { Value: ulong number }: return number;
            case UnaryExpression { Operator: UnaryOperator.Negate } negation:
                return -Integer(negation.Operand);
            case UnaryExpression { Operator: UnaryOperator.BitNot } inverse: return ~Integer(inverse.Operand);
            case BinaryExpression binary when Integer(binary.Left) is { } a && Integer(binary.Right) is { } b:
                var result = binary.Operator switch
                {
                    BinaryOperator.Add => a + b,
                    BinaryOperator.Subtract => a - b,
                    BinaryOperator.Multiply => a * b,
                    BinaryOperator.BitAnd => a & b,
                    BinaryOperator.BitOr => a | b,
                    BinaryOperator.BitXor => a ^ b,
                    BinaryOperator.ShiftLeft when b >= 0 && b < 64 => (Int128)unchecked((long)a << (int)b),
                    BinaryOperator.ShiftRight when b >= 0 && b < 64 => a >> (int)b,
                    _ => (Int128?)null,
                };
                return result is { } value && value >= long.MinValue && value <= ulong.MaxValue ? value : null;
            default: return null;
        }
    }

    /// <summary>A fraction as the kernel holds it, in units of 1/100000.</summary>
    public static long ToFixed(decimal value) =>
        (long)decimal.Round(value * Types.ScalarType.FixedScale, MidpointRounding.AwayFromZero);
}
