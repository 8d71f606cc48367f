using System.Collections;

namespace EbpfCat.Maps;

/// <summary>Keys and values in messages.</summary>
internal static class MapText
{
    private const int MaxDepth = 4;

    /// <summary>
    /// A key or value as one would write it: <c>'eth0'</c>, <c>10.0.0.1</c>, <c>{ Source = 10.0.0.1, Port = 53 }</c>.
    /// Parts that lie deeper are left out: a value may hold itself.
    /// </summary>
    public static string Describe(object? value) => Describe(value, MaxDepth);

    private static string Describe(object? value, int depth) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        byte[] bytes => "0x" + Convert.ToHexStringLower(bytes),
        IEnumerable when depth == 0 => "…",
        IEnumerable<KeyValuePair<string, object?>> fields =>
            Braces(fields.Select(field => $"{field.Key} = {Describe(field.Value, depth - 1)}")),
        IDictionary fields => Braces(StructType.EntriesOf(fields).Select(
            field => $"{field.Key} = {Describe(field.Value, depth - 1)}")),
        IEnumerable elements =>
            $"({string.Join(", ", elements.Cast<object?>().Select(element => Describe(element, depth - 1)))})",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Braces(IEnumerable<string> fields) => $"{{ {string.Join(", ", fields)} }}";
}
