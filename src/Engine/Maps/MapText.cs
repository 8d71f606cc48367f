using System.Collections;
using System.Globalization;

namespace EbpfCat.Maps;

/// <summary>Keys and values in messages.</summary>
internal static class MapText
{
    /// <summary>A key or value as one would write it: <c>'eth0'</c>, <c>10.0.0.1</c>, <c>{ Source = …, Port = 53 }</c>.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        IEnumerable<KeyValuePair<string, object?>> fields =>
            $"{{ {string.Join(", ", fields.Select(field => $"{field.Key} = {Describe(field.Value)}"))} }}",
        IDictionary fields =>
            $"{{ {string.Join(", ", fields.Keys.Cast<object>().Select(key => $"{key} = {Describe(fields[key])}"))} }}",
        byte[] bytes => "0x" + Convert.ToHexStringLower(bytes),
        IEnumerable elements => $"({string.Join(", ", elements.Cast<object?>().Select(Describe))})",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
