using System.Numerics;

namespace EbpfCat.Language;

/// <summary>A constant. Integers are held as <c>long</c>, or <c>ulong</c> above its range; fractions as <c>decimal</c>.</summary>
public sealed class ConstantExpression(object value) : Expression
{
    /// <summary>The value: long, ulong, decimal, bool, string, IPAddress, PhysicalAddress or byte[].</summary>
    public object Value { get; } = Normalize(value);

    private static object Normalize(object value) => value switch
    {
        sbyte or byte or short or ushort or int or uint or long => Convert.ToInt64(value, null),
        ulong number => number <= long.MaxValue ? (object)(long)number : number,
        BigInteger number when number >= long.MinValue && number <= long.MaxValue => (long)number,
        BigInteger number when number >= 0 && number <= ulong.MaxValue => (ulong)number,
        float or double => (decimal)Convert.ToDouble(value, null),
        char letter => letter.ToString(),
        Enum member => Normalize(Convert.ChangeType(member, Enum.GetUnderlyingType(member.GetType()), null)),
        _ => value,
    };
}
