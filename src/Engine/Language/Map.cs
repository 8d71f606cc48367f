using EbpfCat.Types;

namespace EbpfCat.Language;

/// <summary>A map that a program declares.</summary>
/// <param name="Name">Its name; case does not count. The kernel shows the first 15 characters.</param>
/// <param name="Type">Its kind.</param>
/// <param name="Key">The type of its keys; null for kinds without keys (queues, stacks, bloom filters, ring buffers).</param>
/// <param name="Value">The type of its values; null for kinds without values (ring buffers).</param>
/// <param name="MaxEntries">How many entries it can hold; for a ring buffer its size in bytes.</param>
/// <param name="Flags">The kernel's map flags (<c>BPF_F_*</c>, linux/bpf.h) besides those that the kind needs.</param>
/// <param name="InnerMap">For maps of maps, what the inner maps look like.</param>
public sealed record Map(
    string Name, MapType Type, EbpfType? Key, EbpfType? Value, int MaxEntries, uint Flags = 0, Map? InnerMap = null)
{
    /// <summary>The path in bpffs, or the descriptor's owner, of a map that exists already and is to be shared.</summary>
    public object? Existing { get; init; }

    /// <summary>The entry at a key: reading gives zero where it is absent, assigning inserts or updates.</summary>
    public MapEntryExpression this[Expression key] => new(this, key);

    /// <summary>Whether the key is there.</summary>
    public Expression Contains(Expression key) => new MapContainsExpression(this, key);

    /// <summary>Counts a value in the statistics or histogram of the key; the value of the expression is whether it was counted.</summary>
    public Expression Observe(Expression key, Expression value) => new MapCallExpression(this, MapOperation.Observe, [key, value]);

    /// <summary>Removes the key; the value of the expression is whether it was there.</summary>
    public Expression Remove(Expression key) => new MapCallExpression(this, MapOperation.Remove, [key]);
}
