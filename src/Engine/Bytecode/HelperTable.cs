using System.Globalization;

namespace EbpfCat.Bytecode;

/// <summary>
/// The kernel's helpers: every one there will be, for the list has been closed since Linux 6.2 and new functions are
/// kernel functions instead. Which program types may call a helper only the kernel knows.
/// </summary>
public static partial class HelperTable
{
    private const string Prefix = "bpf_";

    private static readonly Lazy<Helper[]> Helpers = new(
        () => [.. Facts.Split('\n', StringSplitOptions.TrimEntries).Select(Parse)]);

    private static readonly Lazy<Dictionary<string, Helper>> ByName = new(
        () => Helpers.Value.ToDictionary(helper => helper.Name, StringComparer.OrdinalIgnoreCase));

    /// <summary>All helpers, by number from 1.</summary>
    public static IReadOnlyList<Helper> All => Helpers.Value;

    /// <summary>The helper of a number, or null where there is none.</summary>
    public static Helper? Get(int id) => id >= 1 && id <= Helpers.Value.Length ? Helpers.Value[id - 1] : null;

    /// <summary>The helper of a name, in any case, with or without <c>bpf_</c>; null where there is none.</summary>
    public static Helper? Find(string name) => ByName.Value.GetValueOrDefault(
        name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? name[Prefix.Length..] : name);

    private static Helper Parse(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new Helper(
            int.Parse(words[0], CultureInfo.InvariantCulture),
            words[4],
            Version.Parse(words[1]),
            words[2] == "GPL",
            words[3] == "pointer?" ? HelperResult.PointerOrNull : Enum.Parse<HelperResult>(words[3], ignoreCase: true),
            [.. words[5..].Select(ParseParameter)]);
    }

    private static HelperParameter ParseParameter(string word) => word.Split(':') is [var name, var kind]
        ? new(name, Enum.Parse<HelperParameterKind>(kind, ignoreCase: true))
        : new(word, HelperParameterKind.More);
}
