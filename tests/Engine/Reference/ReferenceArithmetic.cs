using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Reference;

/// <summary>
/// The operators, computed exactly and then wrapped. Two cases that the rules leave open are defined here: a shifted
/// fixed-point number, or one that is a shift count, is truncated first; bitwise operators with a fixed-point operand
/// work on the scaled numbers.
/// </summary>
internal static class ReferenceArithmetic
{
    private const int Scale = ScalarType.FixedScale;

    private static readonly byte[] Mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

    /// <summary>Converts as an assignment does.</summary>
    public static ReferenceValue ConvertTo(ReferenceValue value, EbpfType type)
    {
        if (value.Type == type) return value;
        if (type is ScalarType target && value.IsNumber)
        {
            if (target.IsBoolean) return ReferenceValue.Of(value.Number != 0);
            if (target.IsFixed == value.IsFixed) return ReferenceValue.Of(target, value.Number);
            return ReferenceValue.Of(target, target.IsFixed ? value.Number * Scale : value.Number / Scale);
        }

        return (type, value.Type) switch
        {
            (AddressType { Kind: AddressKind.IPAddress }, AddressType { Kind: AddressKind.IPv4 }) =>
                ReferenceValue.Of(type, [.. Mapped, .. value.Bytes!]),
            (AddressType { Kind: AddressKind.IPv4 }, AddressType { Kind: not AddressKind.Mac }) =>
                ReferenceValue.Of(type, value.Bytes!.AsSpan().StartsWith(Mapped) ? value.Bytes![12..] : new byte[4]),
            (AddressType { Kind: AddressKind.IPAddress }, AddressType { Kind: AddressKind.IPv6 }) =>
                ReferenceValue.Of(type, value.Bytes!),
            (StringType text, StringType) => ReferenceValue.Of(type, Resize(value.Bytes!, text.Capacity)),
            _ => throw new InvalidOperationException($"The evaluator cannot convert {value.Type} to {type}."),
        };
    }

    /// <summary>An operation on one number. <paramref name="result"/> is the type that the language gives it.</summary>
    public static ReferenceValue Unary(UnaryOperator op, ReferenceValue operand, ScalarType result) => op switch
    {
        UnaryOperator.Negate => ReferenceValue.Of(result, -operand.Number),
        UnaryOperator.BitNot => ReferenceValue.Of(result, ~operand.Number),
        UnaryOperator.LogicalNot => ReferenceValue.Of(!IsTrue(operand)),
        UnaryOperator.Absolute => ReferenceValue.Of(result, Int128.Abs(operand.Number)),
        UnaryOperator.Floor =>
            ReferenceValue.Of(result, operand.IsFixed ? Floor(operand.Number, Scale) : operand.Number),
        UnaryOperator.Truncate => ReferenceValue.Of(result, operand.IsFixed ? operand.Number / Scale : operand.Number),
        UnaryOperator.Ceiling =>
            ReferenceValue.Of(result, operand.IsFixed ? -Floor(-operand.Number, Scale) : operand.Number),
        UnaryOperator.Round =>
            ReferenceValue.Of(result, operand.IsFixed ? Round(operand.Number, Scale) : operand.Number),
        UnaryOperator.ReverseBytes => ReverseBytes(operand),
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, null),
    };

    private static ReferenceValue ReverseBytes(ReferenceValue operand)
    {
        Int128 reversed = 0;
        for (var i = 0; i < operand.Type.Size; i++) reversed = (reversed << 8) | ((operand.Number >> (8 * i)) & 0xff);
        return ReferenceValue.Of((ScalarType)operand.Type, reversed);
    }

    /// <summary>An operation on two numbers, except short-circuit operators.</summary>
    /// <param name="op">The operation.</param>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand.</param>
    /// <param name="arithmetic">The type in which the language computes with the two.</param>
    /// <param name="result">The type that the language gives the result.</param>
    public static ReferenceValue Binary(
        BinaryOperator op, ReferenceValue left, ReferenceValue right, ScalarType arithmetic, ScalarType result)
    {
        if (op == BinaryOperator.Divide) return Divide(left, right);
        if (op == BinaryOperator.Multiply && arithmetic.IsFixed) return MultiplyFixed(left, right);
        if (op is BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight)
        {
            var count = (int)(ConvertTo(right, ScalarType.UInt64).Number & 63);
            var shifted = ConvertTo(left, result).Number;
            return ReferenceValue.Of(result, op == BinaryOperator.ShiftLeft ? shifted << count : shifted >> count);
        }

        var (a, b) = (ConvertTo(left, arithmetic).Number, ConvertTo(right, arithmetic).Number);
        return op switch
        {
            BinaryOperator.Add => ReferenceValue.Of(result, a + b),
            BinaryOperator.Subtract => ReferenceValue.Of(result, a - b),
            BinaryOperator.Multiply => ReferenceValue.Of(result, a * b),
            BinaryOperator.FloorDivide => ReferenceValue.Of(result, b == 0 ? 0 : Floor(a, b)),
            BinaryOperator.TruncateDivide => ReferenceValue.Of(result, b == 0 ? 0 : a / b),
            BinaryOperator.CeilingDivide => ReferenceValue.Of(result, b == 0 ? 0 : -Floor(-a, b)),
            BinaryOperator.RoundDivide => ReferenceValue.Of(result, b == 0 ? 0 : Round(a, b)),
            BinaryOperator.Remainder => ReferenceValue.Of(result, b == 0 ? a : a % b),
            BinaryOperator.BitAnd => ReferenceValue.Of(result, a & b),
            BinaryOperator.BitOr => ReferenceValue.Of(result, a | b),
            BinaryOperator.BitXor => ReferenceValue.Of(result, a ^ b),
            BinaryOperator.Minimum => ReferenceValue.Of(result, Int128.Min(a, b)),
            BinaryOperator.Maximum => ReferenceValue.Of(result, Int128.Max(a, b)),
            BinaryOperator.Equal or BinaryOperator.CaseSensitiveEqual => ReferenceValue.Of(a == b),
            BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveNotEqual => ReferenceValue.Of(a != b),
            BinaryOperator.Less => ReferenceValue.Of(a < b),
            BinaryOperator.LessOrEqual => ReferenceValue.Of(a <= b),
            BinaryOperator.Greater => ReferenceValue.Of(a > b),
            BinaryOperator.GreaterOrEqual => ReferenceValue.Of(a >= b),
            _ => throw new ArgumentOutOfRangeException(nameof(op), op, null),
        };
    }

    /// <summary>A comparison of addresses, structs, bytes or texts.</summary>
    public static ReferenceValue CompareBytes(BinaryOperator op, ReferenceValue left, ReferenceValue right)
    {
        if (left.Type is StringType) return CompareText(op, left.Bytes!, right.Bytes!);
        var common = left.Type == right.Type ? left.Type : AddressType.IPAddress;
        var equal = ConvertTo(left, common).Bytes.AsSpan().SequenceEqual(ConvertTo(right, common).Bytes);
        return ReferenceValue.Of(
            op is BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveNotEqual ? !equal : equal);
    }

    /// <summary>A number other than 0 is true, and so is a text that is not empty.</summary>
    public static bool IsTrue(ReferenceValue value) => value.IsNumber ? value.Number != 0 : value.Bytes![0] != 0;

    private static ReferenceValue CompareText(BinaryOperator op, byte[] left, byte[] right)
    {
        var caseSensitive = op is BinaryOperator.CaseSensitiveEqual or BinaryOperator.CaseSensitiveNotEqual
            or BinaryOperator.CaseSensitiveStartsWith;
        var (a, b) = (Text(left, caseSensitive), Text(right, caseSensitive));
        return ReferenceValue.Of(op switch
        {
            BinaryOperator.Equal or BinaryOperator.CaseSensitiveEqual => a.SequenceEqual(b),
            BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveNotEqual => !a.SequenceEqual(b),
            _ => a.AsSpan().StartsWith(b),
        });
    }

    // Up to the NUL; ignoring case means lower case for the letters A to Z only.
    private static byte[] Text(byte[] bytes, bool caseSensitive) =>
        [.. bytes.TakeWhile(b => b != 0)
            .Select(b => !caseSensitive && b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b + 32) : b)];

    // A truncated text ends with a NUL.
    private static byte[] Resize(byte[] bytes, int size)
    {
        var resized = new byte[size];
        bytes.AsSpan(0, Math.Min(size, bytes.Length)).CopyTo(resized);
        if (size < bytes.Length) resized[^1] = 0;
        return resized;
    }

    // Dividends are scaled so that the quotient counts hundred-thousandths; the scaled dividend wraps at 64 bits.
    private static ReferenceValue Divide(ReferenceValue left, ReferenceValue right)
    {
        var dividend = ReferenceValue.Wrap(left.Number, ScalarType.Int64);
        var divisor = ReferenceValue.Wrap(right.Number, ScalarType.Int64);
        if (!left.IsFixed) dividend = ReferenceValue.Wrap(dividend * Scale, ScalarType.Int64);
        if (right.IsFixed) dividend = ReferenceValue.Wrap(dividend * Scale, ScalarType.Int64);
        return ReferenceValue.Of(ScalarType.Fixed, divisor == 0 ? 0 : dividend / divisor);
    }

    private static ReferenceValue MultiplyFixed(ReferenceValue left, ReferenceValue right)
    {
        var product = ReferenceValue.Wrap(left.Number * right.Number, ScalarType.Int64);
        return ReferenceValue.Of(ScalarType.Fixed, left.IsFixed && right.IsFixed ? product / Scale : product);
    }

    private static Int128 Floor(Int128 dividend, Int128 divisor)
    {
        var (quotient, remainder) = Int128.DivRem(dividend, divisor);
        return remainder != 0 && remainder < 0 != divisor < 0 ? quotient - 1 : quotient;
    }

    // The floor of the quotient, or the integer after it where that is nearer, or as near and even.
    private static Int128 Round(Int128 dividend, Int128 divisor)
    {
        if (divisor < 0) (dividend, divisor) = (-dividend, -divisor);
        var floor = Floor(dividend, divisor);
        var twice = 2 * (dividend - floor * divisor);
        return twice > divisor || (twice == divisor && floor % 2 != 0) ? floor + 1 : floor;
    }
}
