namespace EbpfCat.Language;

/// <summary>The value at a key of a map: zero where it is absent. Assigning inserts or updates.</summary>
public sealed class MapEntryExpression(Map map, Expression key) : Expression
{
    /// <summary>The map.</summary>
    public Map Map { get; } = map;

    /// <summary>The key.</summary>
    public Expression Key { get; } = key;

    /// <summary>Of a map of maps: the entry at a key of the inner map.</summary>
    public InnerEntryExpression this[Expression innerKey] => new(Map, Key, innerKey) { Source = Source };
}
