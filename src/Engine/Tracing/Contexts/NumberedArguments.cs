namespace EbpfCat.Tracing;

/// <summary>Names of arguments that are known only by number: <c>arg0</c>, <c>arg1</c>.</summary>
internal static class NumberedArguments
{
    private const string Prefix = "arg";

    /// <summary>The first names.</summary>
    public static IEnumerable<string> Names(int count) =>
        Enumerable.Range(0, count).Select(index => Prefix + index.ToString(CultureInfo.InvariantCulture));

    public static int? Find(string name, int count) =>
        name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
        && int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
        && index < count
            ? index : null;
}
