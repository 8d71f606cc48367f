namespace EbpfCat.Language;

/// <summary>A map that a program declares.</summary>
/// <param name="Name">Its name; case does not count. The kernel shows the first 15 characters.</param>
/// <param name="Key">The type of its keys; null for queues, stacks, bloom filters and ring buffers.</param>
/// <param name="Value">The type of its values; null for kinds without values (ring buffers).</param>
/// <param name="MaxEntries">The maximum number of entries; for a ring buffer its size in bytes.</param>
/// <param name="Flags">The kernel's map flags besides those that the kind needs.</param>
/// <param name="InnerMap">For maps of maps, the definition of the inner maps.</param>
public record Map(
    string Name, MapType Type, EbpfType? Key, EbpfType? Value, int MaxEntries, MapFlags Flags = MapFlags.None,
    Map? InnerMap = null)
{
    /// <summary>The maximum number of entries; for a ring buffer its size in bytes.</summary>
    public int MaxEntries { get; init; } = MaxEntries >= 0
        ? MaxEntries : throw new ArgumentOutOfRangeException(nameof(MaxEntries), MaxEntries, "It is negative.");

    /// <summary>The map in the kernel that the program is to use; null for a new one.</summary>
    public IExistingMap? Existing { get; init; }

    /// <summary>The map itself, as an argument of a helper.</summary>
    public static implicit operator Expression(Map map) => new MapReferenceExpression(map);

    /// <summary>The entry at a key: reading gives zero where it is absent, assigning inserts or updates.</summary>
    public MapEntryExpression this[Expression key] => new(this, key);

    /// <summary>Whether the key is there.</summary>
    public Expression Contains(Expression key) => new MapContainsExpression(this, key);

    /// <summary>Counts a value in the statistics or histogram of the key; the result is whether it did.</summary>
    public Expression Observe(Expression key, Expression value) =>
        new ObserveExpression(this[key], value);

    /// <summary>Puts a value into a queue, stack or bloom filter; the result is whether it did.</summary>
    public Expression Push(Expression value) => new MapCallExpression(this, MapOperation.Push, [value]);

    /// <summary>Takes the next value out of a queue or stack; zero if there is none.</summary>
    public Expression Pop() => new MapCallExpression(this, MapOperation.Pop, []);

    /// <summary>Whether each processor has values of its own.</summary>
    internal bool IsPerCpu => Type is MapType.PerCpuArray or MapType.PerCpuHash or MapType.LruPerCpuHash;

    /// <summary>Takes the value of a key out of a hash; zero if it is absent.</summary>
    public Expression Pop(Expression key) => new MapCallExpression(this, MapOperation.Pop, [key]);

    /// <summary>The next value of a queue or stack, which stays there; zero if there is none.</summary>
    public Expression Peek() => new MapCallExpression(this, MapOperation.Peek, []);

    /// <summary>Inserts where the key is absent; the value of the expression is whether it did.</summary>
    public Expression Add(Expression key, Expression value) =>
        new MapCallExpression(this, MapOperation.Add, [key, value]);

    /// <summary>Updates where the key is present; the value of the expression is whether it did.</summary>
    public Expression Replace(Expression key, Expression value) =>
        new MapCallExpression(this, MapOperation.Replace, [key, value]);

    /// <summary>
    /// Inserts or updates; the value of the expression is whether it did: a full map takes no other key.
    /// </summary>
    public Expression Set(Expression key, Expression value) =>
        new MapCallExpression(this, MapOperation.Set, [key, value]);

    /// <summary>Sends the packet to the device, processor or socket of a key: the verdict to return.</summary>
    /// <param name="otherwise">The verdict, by name or number, if the key is absent; null for 0 (Aborted).</param>
    public Expression Redirect(Expression key, Expression? otherwise = null) =>
        new MapCallExpression(this, MapOperation.Redirect, otherwise is null ? [key] : [key, otherwise]);

    /// <summary>Goes on in another program, by index or name, and does not come back; false if there is none.</summary>
    public Expression TailCall(Expression program) => new MapCallExpression(this, MapOperation.TailCall, [program]);

    /// <summary>Removes the key; the value of the expression is whether it was there.</summary>
    public Expression Remove(Expression key) => new MapCallExpression(this, MapOperation.Remove, [key]);
}

/// <summary>A map that is in the kernel already.</summary>
public interface IExistingMap
{
    /// <summary>The number that the kernel knows the map by, unique as long as the map lives.</summary>
    uint Id { get; }
}
