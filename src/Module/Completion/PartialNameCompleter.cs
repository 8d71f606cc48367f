using System.Management.Automation;

namespace EbpfCat.Completion;

/// <summary>
/// Completes names of which there are thousands by any part of them, or by a pattern: first those that begin so.
/// </summary>
public abstract class PartialNameCompleter : NameCompleter
{
    // More than anybody looks through; to make results of all would take longer than to find them.
    private const int Most = 1000;

    /// <inheritdoc/>
    protected sealed override IEnumerable<(string Name, string Tip)> Matching(string word, IEnumerable<(string Name, string Tip)> names)
    {
        var pattern = WildcardPattern.ContainsWildcardCharacters(word) ? WildcardPattern.Get($"*{word}*", WildcardOptions.IgnoreCase) : null;
        return names
            .Where(one => pattern?.IsMatch(one.Name) ?? one.Name.Contains(word, StringComparison.OrdinalIgnoreCase))
            .OrderBy(one => !one.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .ThenBy(one => one.Name, StringComparer.Ordinal)
            .Take(Most);
    }
}
