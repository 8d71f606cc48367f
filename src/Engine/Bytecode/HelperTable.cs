namespace EbpfCat.Bytecode;

/// <summary>
/// The kernel's helpers, and all that is known of each. The list is complete: Linux 6.2 closed it, and new functions
/// are kernel functions (kfuncs) instead. Only the kernel knows which program types may call a helper.
/// </summary>
public static partial class HelperTable
{
    private const string Prefix = "bpf_";

    private static readonly string[] Rows = Facts.Split('\n');

    // Filled when asked for: a program calls only a few.
    private static readonly Helper?[] Helpers = new Helper?[Rows.Length];

    private static readonly Lazy<Dictionary<string, Helper>> ByName = new(
        () => All.ToDictionary(helper => helper.Name, StringComparer.OrdinalIgnoreCase));

    // A number without a row: a kernel's own addition, which may do anything.
    private static readonly Helper Unknown = new(
        0, "unknown", new Version(0, 0), HelperTraits.InvalidatesPacketPointers, HelperResult.Int64,
        (HelperParameter[])[new("arguments", HelperParameterKind.Any)]);

    /// <summary>All helpers, by number from 1.</summary>
    public static IReadOnlyList<Helper> All => Enumerable.Range(1, Rows.Length).Select(id => Get(id)!).ToArray();

    /// <summary>The helper of a number, or null where there is none.</summary>
    public static Helper? Get(int id) => id >= 1 && id <= Rows.Length ? Helpers[id - 1] ??= Parse(Rows[id - 1]) : null;

    /// <summary>The helper of a name, in any case, with or without <c>bpf_</c>; null where there is none.</summary>
    public static Helper? Find(string name) => ByName.Value.GetValueOrDefault(
        name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? name[Prefix.Length..] : name);

    /// <summary>The helper of a number; for a number without a row one that may do anything.</summary>
    internal static Helper OfCall(int id) => Get(id) ?? Unknown;

    private static Helper Parse(string row)
    {
        var words = row.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new Helper(
            int.Parse(words[0], CultureInfo.InvariantCulture), words[4], Version.Parse(words[1]), TraitsOf(words[2]),
            words[3] == "pointer?" ? HelperResult.PointerOrNull : Enum.Parse<HelperResult>(words[3], ignoreCase: true),
            Array.ConvertAll(words[5..], ParseParameter));
    }

    private static HelperTraits TraitsOf(string letters)
    {
        var traits = HelperTraits.None;
        foreach (var letter in letters) traits |= TraitOf(letter);
        return traits;
    }

    private static HelperTraits TraitOf(char letter) => letter switch
    {
        '-' => HelperTraits.None,
        'G' => HelperTraits.GplOnly,
        'N' => HelperTraits.NoEffect,
        'S' => HelperTraits.NarrowStatus,
        'P' => HelperTraits.InvalidatesPacketPointers,
        'W' => HelperTraits.WritesPacket,
        'D' => HelperTraits.ReadsPacketPointers,
        'C' => HelperTraits.LockedForConfidentiality,
        'I' => HelperTraits.LockedForIntegrity,
        _ => throw new FormatException($"'{letter}' is no trait of a helper."),
    };

    private static HelperParameter ParseParameter(string word) => word.Split(':') switch
    {
        [var name, var kind] => new(name, Enum.Parse<HelperParameterKind>(kind, ignoreCase: true)),
        ["..."] => new(word, HelperParameterKind.More),
        _ => new(word, HelperParameterKind.Number),
    };
}
