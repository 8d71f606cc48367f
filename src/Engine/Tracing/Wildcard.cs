namespace EbpfCat.Tracing;

/// <summary>
/// Patterns of names: <c>*</c> any run of characters, <c>?</c> one character, <c>[a-z_]</c> one of a set, <c>[!0-9]</c>
/// one that is not. Case counts, as it does for the kernel.
/// </summary>
public static class Wildcard
{
    /// <summary>Whether a text contains wildcards.</summary>
    public static bool IsPattern(ReadOnlySpan<char> text) => text.ContainsAny('*', '?', '[');

    /// <summary>Whether a whole name matches a pattern.</summary>
    public static bool Matches(ReadOnlySpan<char> name, ReadOnlySpan<char> pattern)
    {
        // Only the last star needs backtracking: everything before it has matched as early as possible.
        int at = 0, want = 0, afterStar = -1, retry = 0;
        while (at < name.Length)
        {
            if (want < pattern.Length && pattern[want] == '*')
            {
                afterStar = ++want;
                retry = at;
            }
            else if (want < pattern.Length && MatchesOne(name[at], pattern[want..], out var length))
            {
                at++;
                want += length;
            }
            else if (afterStar >= 0)
            {
                want = afterStar;
                at = ++retry;
            }
            else
            {
                return false;
            }
        }

        return pattern[want..].TrimStart('*').IsEmpty;
    }

    private static bool MatchesOne(char one, ReadOnlySpan<char> pattern, out int length)
    {
        length = 1;
        var end = pattern[0] == '[' && pattern.Length > 2 ? pattern[2..].IndexOf(']') + 2 : 0;
        if (end < 2) return pattern[0] == '?' || pattern[0] == one;
        length = end + 1;
        var set = pattern[1..end];
        var negated = set[0] is '!' or '^' && set.Length > 1;
        if (negated) set = set[1..];
        for (var i = 0; i < set.Length; i++)
        {
            var isRange = i + 2 < set.Length && set[i + 1] == '-';
            if (isRange ? one >= set[i] && one <= set[i + 2] : one == set[i]) return !negated;
            if (isRange) i += 2;
        }

        return negated;
    }
}
