namespace EbpfCat.Types;

/// <summary>Finds the names somebody may have meant by a name that is not there.</summary>
public static class SimilarNames
{
    private const int MaxListed = 32;

    /// <summary>The candidates nearest to <paramref name="name"/>, nearest first, without regard to case.</summary>
    /// <param name="candidates">The names there are.</param>
    /// <param name="max">The maximum number to return.</param>
    /// <returns>Names within an edit or two (more for longer names), or that contain it; may be empty.</returns>
    public static IReadOnlyList<string> Find(string name, IEnumerable<string> candidates, int max = 3)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(candidates);
        // Two changes to a word of four letters make another word.
        int limit = name.Length < 5 ? 1 : Math.Max(2, (name.Length + 1) / 3);
        var found = new List<(int Distance, string Name)>();
        foreach (string candidate in candidates)
        {
            int distance = Distance(name, candidate, limit);
            bool near = distance <= limit && distance < Math.Max(name.Length, candidate.Length);
            if (near) found.Add((distance, candidate));
            else if (IsPart(name, candidate)) found.Add((limit + 1, candidate));
        }

        return found.OrderBy(each => each.Distance).ThenBy(each => Math.Abs(each.Name.Length - name.Length))
            .Select(each => each.Name)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Take(max)
            .ToArray();
    }

    /// <summary>A sentence that offers the nearest names, or lists all if they are few; null otherwise.</summary>
    /// <param name="candidates">The names there are.</param>
    /// <param name="prefix">What stands before each name when it is shown, such as <c>$</c>.</param>
    public static string? Sentence(string name, IReadOnlyCollection<string> candidates, string prefix = "")
    {
        var near = Find(name, candidates);
        if (near.Count > 0) return $"Did you mean {string.Join(" or ", near.Select(each => prefix + each))}?";
        return candidates.Count is > 0 and <= MaxListed
            ? $"There are: {string.Join(", ", candidates.Select(each => prefix + each))}." : null;
    }

    /// <summary>The same as a clause to put into a message: <c>"; did you mean a or b?"</c>, or empty.</summary>
    /// <param name="candidates">The names there are.</param>
    public static string Ask(string name, IEnumerable<string> candidates)
    {
        IReadOnlyList<string> names = Find(name, candidates);
        return names.Count switch
        {
            0 => "",
            1 => $"; did you mean {names[0]}?",
            _ => $"; did you mean {string.Join(", ", names.SkipLast(1))} or {names[^1]}?",
        };
    }

    // A number stands for the name that ends with it: 0 for arg0.
    private static bool IsPart(string name, string candidate) => name.Length switch
    {
        1 when char.IsAsciiDigit(name[0]) =>
            candidate is [.., var before, var last] && last == name[0] && !char.IsAsciiDigit(before),
        < 2 => false,
        2 => candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase),
        _ => candidate.Contains(name, StringComparison.OrdinalIgnoreCase),
    };

    /// <summary>Edits (insert, delete, replace, swap neighbours) between two names; above the limit if far.</summary>
    private static int Distance(string left, string right, int limit)
    {
        if (Math.Abs(left.Length - right.Length) > limit) return limit + 1;
        var before = new int[right.Length + 1];
        var above = new int[right.Length + 1];
        var row = new int[right.Length + 1];
        for (int j = 0; j <= right.Length; j++) above[j] = j;
        for (int i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int replace = above[j - 1] + (Same(left[i - 1], right[j - 1]) ? 0 : 1);
                row[j] = Math.Min(replace, Math.Min(above[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, above, row) = (above, row, before);
        }

        return above[right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
