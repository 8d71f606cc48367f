using EbpfCat.Language;

namespace EbpfCat.Tests.Reference;

/// <summary>
/// A map's entries and operations. Of a per-CPU map it is the part of one processor. An LRU map never evicts here: it
/// must be declared larger than the program needs.
/// </summary>
internal sealed class ReferenceMap
{
    private readonly Dictionary<byte[], byte[]> _entries = new(ByteArrayComparer.Instance);
    private readonly List<byte[]> _queue = [];

    /// <summary>A map in its initial state.</summary>
    public ReferenceMap(Map map)
    {
        Map = map;
        if (!IsArray) return;
        for (var i = 0; i < map.MaxEntries; i++) _entries[BitConverter.GetBytes(i)] = new byte[map.Value!.Size];
    }

    /// <summary>The declaration.</summary>
    public Map Map { get; }

    /// <summary>Whether every entry always exists.</summary>
    public bool IsArray => Map.Type is MapType.Array or MapType.PerCpuArray;

    /// <summary>The entries by key.</summary>
    public IReadOnlyDictionary<byte[], byte[]> Entries => _entries;

    /// <summary>The values of a queue or stack, the next one first.</summary>
    public IReadOnlyList<byte[]> Queue => _queue;

    /// <summary>The value at a key, not to be changed, or null.</summary>
    public byte[]? Lookup(byte[] key) => _entries.GetValueOrDefault(key);

    /// <summary>Sets a value; false if the map is full or an array has no such entry.</summary>
    public bool Set(byte[] key, byte[] value)
    {
        if (!_entries.ContainsKey(key) && (IsArray || _entries.Count >= Map.MaxEntries)) return false;
        _entries[key] = value;
        return true;
    }

    /// <summary>Removes a key; false if it is absent or cannot be removed.</summary>
    public bool Remove(byte[] key) => !IsArray && _entries.Remove(key);

    /// <summary>Adds to a queue or stack; false if it is full.</summary>
    public bool Push(byte[] value)
    {
        if (_queue.Count >= Map.MaxEntries) return false;
        _queue.Insert(Map.Type == MapType.Stack ? 0 : _queue.Count, value);
        return true;
    }

    /// <summary>Takes the next value from a queue or stack, or null.</summary>
    public byte[]? Pop()
    {
        var value = Peek();
        if (value is not null) _queue.RemoveAt(0);
        return value;
    }

    /// <summary>The next value of a queue or stack, or null.</summary>
    public byte[]? Peek() => _queue.Count > 0 ? _queue[0] : null;
}
