using System.Globalization;

namespace EbpfCat.Tracing;

/// <summary>The names of arguments that are known by their number alone: <c>arg0</c>, <c>arg1</c>.</summary>
internal static class NumberedArguments
{
    private const string Prefix = "arg";

    /// <summary>The names of so many.</summary>
    public static IEnumerable<string> Names(int count) =>
        Enumerable.Range(0, count).Select(index => Prefix + index.ToString(CultureInfo.InvariantCulture));

    /// <summary>The number that a name says, or null.</summary>
    public static int? Find(string name, int count) =>
        name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
        && int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
        && index < count
            ? index
            : null;
}
