namespace EbpfCat.Language;

/// <summary>Whether a key is in a map (for a bloom filter, whether a value may be).</summary>
public sealed class MapContainsExpression(Map map, Expression key) : Expression
{
    /// <summary>The map.</summary>
    public Map Map { get; } = map;

    /// <summary>The key.</summary>
    public Expression Key { get; } = key;
}
