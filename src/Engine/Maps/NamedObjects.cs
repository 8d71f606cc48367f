namespace EbpfCat.Maps;

/// <summary>Maps or variables by name, without regard to case. An unknown name is answered with the nearest.</summary>
/// <param name="owner">The owner, for the message: <c>The program 'count' has no map</c>.</param>
internal sealed class NamedObjects<T>(string owner)
    : Dictionary<string, T>(StringComparer.OrdinalIgnoreCase), IReadOnlyDictionary<string, T>
{
    T IReadOnlyDictionary<string, T>.this[string key] => Get(key);

    /// <summary>The object of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message names the nearest, or all.</exception>
    public T Get(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (TryGetValue(name, out var found)) return found;
        var hint = SimilarNames.Sentence(name, [.. Keys.Where(key => !key.StartsWith('.'))]);
        throw new KeyNotFoundException($"{owner} '{name}'.{(hint is null ? "" : " " + hint)}");
    }
}
