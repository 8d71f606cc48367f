namespace EbpfCat.Maps;

/// <content>Making the map what a list says.</content>
public sealed partial class LiveMap
{
    /// <summary>
    /// Makes the entries of the map those of a list: sets entries that are new or have another value, and removes
    /// those that are not in the list. An entry that stays is there all the time. The last of several entries of a key
    /// counts.
    /// </summary>
    /// <returns>The number of entries that were set, and that were removed.</returns>
    /// <exception cref="TypeConversionException">An entry does not fit the types; nothing is changed.</exception>
    /// <exception cref="NotSupportedException">The map has no keys that can be removed.</exception>
    /// <exception cref="KernelException">E2BIG: the list has more entries than the map holds.</exception>
    public (int Set, int Removed) Synchronize(IEnumerable<MapEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        RequireEntries();
        if (MapShape.IsIndexed(Type))
        {
            throw new NotSupportedException(
                $"The map '{Name}' is a {Type}, whose entries stay: it cannot be made what a list says.");
        }

        List<IDisposable>? held = null;
        try
        {
            var changed = new Dictionary<byte[], byte[]>(KeyComparer.Instance);
            foreach (var entry in entries)
            {
                var value = new byte[Descriptor.ValueSize];
                EncodeValue(_values!, entry.Value, value, ref held);
                changed[Encode(entry.Key, new byte[Descriptor.KeySize]).ToArray()] = value;
            }

            if (changed.Count > MaxEntries) throw Full($"set {changed.Count} entries", Errno.E2BIG);
            var removed = FindDifferences(changed, out var present);
            var isTight = present + changed.Count > MaxEntries;
            if (isTight) removed.ForEach(key => Bpf.Delete(Descriptor, key));
            SetEncoded(changed);
            if (!isTight) removed.ForEach(key => Bpf.Delete(Descriptor, key));
            return (changed.Count, removed.Count);
        }
        finally
        {
            held?.ForEach(one => one.Dispose());
        }
    }

    // Takes the entries that the map has already from those to be set, and gives the keys to be removed.
    private List<byte[]> FindDifferences(Dictionary<byte[], byte[]> wanted, out int present)
    {
        var removed = new List<byte[]>();
        var unchanged = new List<byte[]>();
        present = 0;
        using var reader = new MapBatchReader(this);
        while (reader.Next())
        {
            for (var index = 0; index < reader.Count; index++)
            {
                present++;
                var key = reader.Key(index).ToArray();
                if (!wanted.TryGetValue(key, out var value)) removed.Add(key);
                else if (reader.Value(index).SequenceEqual(value)) unchanged.Add(key);
            }
        }

        foreach (var key in unchanged) wanted.Remove(key);
        return removed;
    }

    private void SetEncoded(Dictionary<byte[], byte[]> entries)
    {
        using var writer = new MapBatchWriter(this);
        foreach (var (key, value) in entries)
        {
            key.CopyTo(writer.Key);
            value.CopyTo(writer.Value);
            writer.Add();
        }

        writer.Flush();
    }

    private sealed class KeyComparer : IEqualityComparer<byte[]>
    {
        public static readonly KeyComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj)
        {
            var hash = new HashCode();
            hash.AddBytes(obj);
            return hash.ToHashCode();
        }
    }
}
