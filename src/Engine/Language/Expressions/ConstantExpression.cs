using System.Numerics;

namespace EbpfCat.Language;

/// <summary>A constant. Integers are <c>long</c>, or <c>ulong</c> above its range; fractions <c>decimal</c>.</summary>
public sealed class ConstantExpression(object value) : Expression
{
    /// <summary>
    /// The value: long, ulong, decimal, bool, string, IPAddress, PhysicalAddress, or an array of numbers (byte[]).
    /// </summary>
    public object Value { get; } = Normalize(value);

    /// <summary>
    /// The verdict that was given as a member of an enumeration: it may be one of another program type.
    /// </summary>
    internal Enum? Verdict { get; } =
        value is XdpVerdict or TcVerdict or SocketFilterVerdict or CgroupVerdict or LsmVerdict ? (Enum)value : null;

    private const decimal LargestFraction = long.MaxValue / Types.ScalarType.FixedScale;

    private static object Normalize(object value) => value switch
    {
        sbyte or byte or short or ushort or int or uint or long => Convert.ToInt64(value, null),
        ulong number => number <= long.MaxValue ? (object)(long)number : number,
        BigInteger number when number >= long.MinValue && number <= long.MaxValue => (long)number,
        BigInteger number when number >= 0 && number <= ulong.MaxValue => (ulong)number,
        float or double => Normalize((decimal)Convert.ToDouble(value, null)),
        // No fraction is so large: it is a number of 64 bits that whoever wrote it had no other type for.
        decimal number when Math.Abs(number) > LargestFraction && decimal.IsInteger(number)
            && number >= long.MinValue && number <= ulong.MaxValue => Normalize((BigInteger)number),
        char letter => letter.ToString(),
        Enum member => Normalize(Convert.ChangeType(member, Enum.GetUnderlyingType(member.GetType()), null)),
        _ => value,
    };
}
