using System.Numerics;
using System.Text.RegularExpressions;

namespace EbpfCat.ScriptBlocks;

/// <summary>
/// Hexadecimal and binary literals as the numbers they show. PowerShell reads the highest bit of some as a sign: to it
/// 0xffffffff is -1.
/// </summary>
internal static partial class NumberLiteral
{
    private static readonly Dictionary<string, int> MultiplierShifts = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = 0,
        ["kb"] = 10,
        ["mb"] = 20,
        ["gb"] = 30,
        ["tb"] = 40,
        ["pb"] = 50,
    };

    /// <summary>The number that a literal shows, where it is hexadecimal or binary.</summary>
    /// <param name="text">The literal as it is written, with its sign, type suffix and multiplier.</param>
    /// <param name="value">The number.</param>
    public static bool TryParse(string text, out BigInteger value)
    {
        value = default;
        var match = Pattern().Match(text);
        if (!match.Success) return false;
        // A leading zero keeps the first digit from being read as a sign.
        value = match.Groups["hex"] is { Success: true } hex
            ? BigInteger.Parse("0" + hex.Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : BigInteger.Parse("0" + match.Groups["binary"].Value, NumberStyles.AllowBinarySpecifier,
                CultureInfo.InvariantCulture);
        value <<= MultiplierShifts[match.Groups["multiplier"].Value];
        if (match.Groups["sign"].Value == "-") value = -value;
        return true;
    }

    [GeneratedRegex("^(?<sign>[-+]?)0(x(?<hex>[0-9a-f]+)|b(?<binary>[01]+))(u?[lsy]|[un])?(?<multiplier>([kmgtp]b)?)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
