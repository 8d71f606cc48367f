namespace EbpfCat.Language;

/// <summary>
/// The value of a key in an inner map of a map of maps: zero if the inner map or the key is absent. An assignment
/// inserts or updates the key in the inner map; without an inner map it does nothing.
/// </summary>
public sealed class InnerEntryExpression(Map outer, Expression outerKey, Expression key) : Expression
{
    /// <summary>The map of maps.</summary>
    public Map Outer { get; } = outer;

    /// <summary>The key of the inner map in the map of maps.</summary>
    public Expression OuterKey { get; } = outerKey;

    /// <summary>The key in the inner map.</summary>
    public Expression Key { get; } = key;
}
