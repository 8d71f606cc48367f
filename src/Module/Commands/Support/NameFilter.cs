namespace EbpfCat.Commands;

/// <summary>Names and wildcards, and which of the names were not found.</summary>
internal sealed class NameFilter(string[] names)
{
    private readonly WildcardPattern[] _patterns =
        Array.ConvertAll(names, name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase));

    private readonly HashSet<string> _found = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names, without wildcards, that nothing had.</summary>
    public IEnumerable<string> Missing =>
        names.Where(name => !WildcardPattern.ContainsWildcardCharacters(name) && !_found.Contains(name));

    /// <summary>Whether a name is one of them.</summary>
    public bool Takes(string name)
    {
        if (!Array.Exists(_patterns, pattern => pattern.IsMatch(name))) return false;
        _found.Add(name);
        return true;
    }
}
