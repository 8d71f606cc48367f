namespace EbpfCat.Language;

/// <summary>
/// The value at a key of a map that is in a map of maps: zero where the map or the key is absent. Assigning inserts or
/// updates in the inner map, and does nothing where there is none.
/// </summary>
public sealed class InnerEntryExpression(Map outer, Expression outerKey, Expression key) : Expression
{
    /// <summary>The map of maps.</summary>
    public Map Outer { get; } = outer;

    /// <summary>The key of the inner map.</summary>
    public Expression OuterKey { get; } = outerKey;

    /// <summary>The key in the inner map.</summary>
    public Expression Key { get; } = key;
}
