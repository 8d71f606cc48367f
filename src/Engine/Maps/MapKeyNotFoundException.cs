namespace EbpfCat.Maps;

/// <summary>A key is absent from a map.</summary>
public sealed class MapKeyNotFoundException : KeyNotFoundException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="remedy">What to do about it, as a sentence, or null.</param>
    public MapKeyNotFoundException(string map, object? key, string? remedy = null)
        : base($"The map '{map}' has no key {MapText.Describe(key)}.{(remedy is null ? "" : " " + remedy)}") =>
        (Map, Key) = (map, key);

    /// <summary>The map's name.</summary>
    public string Map { get; }

    /// <summary>The key that is absent.</summary>
    public object? Key { get; }
}
