namespace EbpfCat.Maps;

/// <summary>A key of a map and its value.</summary>
/// <param name="Key">The key; null for kinds of maps without keys.</param>
/// <param name="Value">The value; of a per-CPU map an array with a value for each possible processor.</param>
public sealed record MapEntry(object? Key, object? Value);
