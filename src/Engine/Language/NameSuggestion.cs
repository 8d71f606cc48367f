namespace EbpfCat.Language;

/// <summary>Finds the names that someone who mistyped one probably meant.</summary>
public static class NameSuggestion
{
    /// <summary>The candidates nearest to a name, best first; empty where none is near.</summary>
    /// <param name="name">The name as written.</param>
    /// <param name="candidates">The names that exist.</param>
    /// <param name="most">How many to return at the most.</param>
    public static IReadOnlyList<string> Nearest(string name, IEnumerable<string> candidates, int most = 3)
    {
        // Two changes to a word of four letters make another word.
        var limit = name.Length < 5 ? 1 : Math.Max(2, name.Length / 3);
        return [.. candidates
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(candidate => (candidate, distance: Distance(name, candidate)))
            .Where(pair => pair.distance <= limit
                || (name.Length >= 3 && pair.candidate.Contains(name, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(pair => pair.distance)
            .ThenBy(pair => pair.candidate, StringComparer.OrdinalIgnoreCase)
            .Take(most)
            .Select(pair => pair.candidate)];
    }

    /// <summary>A sentence that offers the nearest names, or lists all where there are few, or null.</summary>
    /// <param name="name">The name as written.</param>
    /// <param name="candidates">The names that exist.</param>
    /// <param name="prefix">What stands before each name when it is shown, such as <c>$</c>.</param>
    public static string? Sentence(string name, IReadOnlyCollection<string> candidates, string prefix = "")
    {
        var near = Nearest(name, candidates);
        if (near.Count > 0) return $"Did you mean {string.Join(" or ", near.Select(n => prefix + n))}?";
        return candidates.Count is > 0 and <= 24
            ? $"There are: {string.Join(", ", candidates.Select(n => prefix + n))}."
            : null;
    }

    // Edit distance with transpositions (optimal string alignment), ignoring case.
    private static int Distance(string a, string b)
    {
        if (a.Length == 0 || b.Length == 0) return Math.Max(a.Length, b.Length);
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
                var best = Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1;
                best = Math.Min(best, rows[i - 1, j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1
                    && char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 2])
                    && char.ToLowerInvariant(a[i - 2]) == char.ToLowerInvariant(b[j - 1]))
                {
                    best = Math.Min(best, rows[i - 2, j - 2] + 1);
                }
                rows[i, j] = best;
            }
        }
        return rows[a.Length, b.Length];
    }
}
