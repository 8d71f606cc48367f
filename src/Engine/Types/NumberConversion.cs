using System.Numerics;

namespace EbpfCat.Types;

/// <summary>Turns what stands for a number in .NET into an exact number.</summary>
internal static class NumberConversion
{
    private const string NoNumber = "not a number";
    private const string NotWhole = "not a whole number";
    private const string FixedRange = "it takes -92233720368547.75808 to 92233720368547.75807";
    private const decimal MaxFixed = long.MaxValue / (decimal)ScalarType.FixedScale;
    private const decimal MinFixed = long.MinValue / (decimal)ScalarType.FixedScale;

    /// <summary>
    /// The exact integer that a value stands for. What even 128 bits cannot hold becomes the nearest 128-bit number,
    /// which is out of range for every kernel type.
    /// </summary>
    public static bool TryToInteger(object? value, out Int128 number, out string? problem)
    {
        problem = null;
        number = 0;
        switch (value)
        {
            case int i: number = i; return true;
            case long l: number = l; return true;
            case ulong ul: number = ul; return true;
            case uint ui: number = ui; return true;
            case byte b: number = b; return true;
            case ushort us: number = us; return true;
            case short s: number = s; return true;
            case sbyte sb: number = sb; return true;
            case bool truth: number = truth ? 1 : 0; return true;
            case char character: number = character; return true;
            case nint address: number = address; return true;
            case nuint address: number = address; return true;
            case Int128 large: number = large; return true;
            case UInt128 large: number = Saturate(large); return true;
            case BigInteger big: number = Saturate(big); return true;
            case string text: return TryParse(text.AsSpan().Trim(), out number, out problem);
            case Enum name: return TryToInteger(Underlying(name), out number, out problem);
            case double real: return TryTruncate(real, out number, out problem);
            case float real: return TryTruncate(real, out number, out problem);
            case Half real: return TryTruncate((double)real, out number, out problem);
            case decimal money:
                number = (Int128)money;
                if (decimal.IsInteger(money)) return true;
                problem = NotWhole;
                return false;
            default:
                problem = NoNumber;
                return false;
        }
    }

    /// <summary>A value in parts of <see cref="ScalarType.FixedScale"/>, rounded to the nearest.</summary>
    public static long ToFixed(object? value, ScalarType type)
    {
        switch (value)
        {
            case double real: return Scale(real, value, type);
            case float real: return Scale(real, value, type);
            case Half real: return Scale((double)real, value, type);
            case decimal money: return Scale(money, value, type);
            case string text
                when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal money):
                return Scale(money, value, type);
            case string text
                when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double real):
                return Scale(real, value, type);
        }

        if (!TryToInteger(value, out Int128 number, out string? problem))
            throw TypeConversionException.Refuse(value, type, $"it is {problem}, and {FixedRange}");
        if (number > (Int128)MaxFixed || number < (Int128)MinFixed)
            throw TypeConversionException.Refuse(value, type, FixedRange);
        return (long)number * ScalarType.FixedScale;
    }

    private static long Scale(double real, object value, ScalarType type)
    {
        double scaled = Math.Round(real * ScalarType.FixedScale, MidpointRounding.AwayFromZero);
        // 2^63 is a double, the largest long is not. A NaN fails both comparisons.
        if (scaled is >= -9223372036854775808.0 and < 9223372036854775808.0) return (long)scaled;
        string reason = double.IsNaN(real) ? $"it is {NoNumber}, and {FixedRange}" : FixedRange;
        throw TypeConversionException.Refuse(value, type, reason);
    }

    private static long Scale(decimal money, object value, ScalarType type)
    {
        decimal rounded = Math.Round(money, 5, MidpointRounding.AwayFromZero);
        if (rounded is < MinFixed or > MaxFixed) throw TypeConversionException.Refuse(value, type, FixedRange);
        return (long)(rounded * ScalarType.FixedScale);
    }

    private static bool TryTruncate(double real, out Int128 number, out string? problem)
    {
        problem = double.IsNaN(real) ? NoNumber : double.IsInteger(real) || double.IsInfinity(real) ? null : NotWhole;
        number = problem is not null ? 0
            : real >= 1e38 ? Int128.MaxValue : real <= -1e38 ? Int128.MinValue : (Int128)real;
        return problem is null;
    }

    private static bool TryParse(ReadOnlySpan<char> text, out Int128 number, out string? problem)
    {
        problem = null;
        bool negative = text.StartsWith("-");
        ReadOnlySpan<char> digits = negative ? text[1..] : text;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            // A leading zero keeps BigInteger from taking the first digit for a sign.
            string unsigned = $"0{digits[2..]}";
            if (unsigned.Length > 1 && BigInteger.TryParse(
                unsigned, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out BigInteger hex))
            {
                number = Saturate(negative ? -hex : hex);
                return true;
            }
        }
        else if (BigInteger.TryParse(
            text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger big))
        {
            number = Saturate(big);
            return true;
        }

        number = 0;
        problem = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? NotWhole : NoNumber;
        return false;
    }

    private static object Underlying(Enum value) =>
        Convert.ChangeType(value, Enum.GetUnderlyingType(value.GetType()), CultureInfo.InvariantCulture);

    private static Int128 Saturate(UInt128 value) => value > (UInt128)Int128.MaxValue ? Int128.MaxValue : (Int128)value;

    private static Int128 Saturate(BigInteger value) =>
        value > Int128.MaxValue ? Int128.MaxValue : value < Int128.MinValue ? Int128.MinValue : (Int128)value;
}
