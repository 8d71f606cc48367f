namespace EbpfCat.Maps;

/// <content>
/// All entries: read, set and removed many at a time (Linux 5.6), or one by one where the kernel has no batches.
/// </content>
public sealed partial class LiveMap
{
    private const int BatchBytes = 1 << 20;
    private const int MinBatch = 256;

    /// <summary>The number of entries of one system call: as many as fit in a megabyte.</summary>
    internal int BatchCapacity => (int)Math.Clamp(
        BatchBytes / (Descriptor.KeySize + Descriptor.ValueSize), Math.Min(MinBatch, MaxEntries),
        Math.Max(MaxEntries, 1));

    /// <summary>All entries, in the kernel's order; of an array all indices. May miss concurrent changes.</summary>
    /// <exception cref="NotSupportedException">The map has no keys, or no values that user space can read.</exception>
    public IEnumerable<MapEntry> Entries()
    {
        RequireEntries();
        return Read();

        IEnumerable<MapEntry> Read()
        {
            using var reader = new MapBatchReader(this);
            while (reader.Next())
            {
                for (var index = 0; index < reader.Count; index++)
                {
                    yield return new MapEntry(KeyType!.Read(reader.Key(index)),
                        Shown(_values!.Read(reader.Value(index))));
                }
            }
        }
    }

    /// <summary>Sets many entries. Those before one that is refused stay set.</summary>
    /// <exception cref="KernelException">E2BIG: the map is full.</exception>
    public void SetMany(IEnumerable<MapEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        RequireEntries();
        using var writer = new MapBatchWriter(this);
        List<IDisposable>? held = null;
        try
        {
            foreach (var entry in entries)
            {
                Encode(entry.Key, writer.Key);
                EncodeValue(_values!, entry.Value, writer.Value, ref held);
                writer.Add();
            }

            writer.Flush();
            GC.KeepAlive(entries);
        }
        finally
        {
            held?.ForEach(one => one.Dispose());
        }
    }

    /// <summary>Removes all entries; sets those of an array to zero.</summary>
    public void Clear()
    {
        switch (Type)
        {
            case MapType.Array or MapType.PerCpuArray:
                ClearArray();
                break;
            case MapType.Queue or MapType.Stack:
                while (Pop(out _))
                {
                }

                break;
            default:
                RemoveAll();
                break;
        }
    }

    internal static bool HasNoBatches(KernelException refusal) =>
        refusal.Errno is Errno.ENOTSUPP or Errno.EOPNOTSUPP or Errno.EINVAL;

    /// <summary>Refuses maps whose entries cannot be read and set by key.</summary>
    internal void RequireEntries()
    {
        RequireValues();
        if (KeyType is null)
        {
            throw new NotSupportedException(
                $"The map '{Name}' is a {Type}: its values have no keys and cannot be listed. Push and Pop them.");
        }
    }

    private void ClearArray()
    {
        if (Memory is { } memory)
        {
            memory.Span.Clear();
            return;
        }

        var key = new byte[sizeof(uint)];
        var zero = new byte[Descriptor.ValueSize];
        for (var index = 0u; index < MaxEntries; index++)
        {
            BitConverter.TryWriteBytes(key, index);
            Bpf.Update(Descriptor, key, zero);
        }
    }

    private void RemoveAll()
    {
        if (KeyType is null) throw new NotSupportedException($"The map '{Name}' is a {Type}, which cannot be cleared.");
        var cursor = new BatchCursor(Descriptor);
        for (var capacity = BatchCapacity; ; capacity *= 2)
        {
            var keys = new byte[capacity * Descriptor.KeySize];
            var values = new byte[capacity * Descriptor.ValueSize];
            try
            {
                while (!cursor.AtEnd) Bpf.LookupAndDeleteBatch(Descriptor, cursor, keys, values);
                return;
            }
            catch (KernelException refusal) when (refusal.Errno == Errno.ENOSPC)
            {
                // A bucket of the hash holds more entries than the buffers.
            }
            catch (KernelException refusal) when (!cursor.Started && HasNoBatches(refusal))
            {
                RemoveOneByOne();
                return;
            }
        }
    }

    private void RemoveOneByOne()
    {
        var key = new byte[Descriptor.KeySize];
        // The indices of an array stay when their values go.
        if (MapShape.IsIndexed(Type))
        {
            for (var isPresent = Bpf.GetNextKey(Descriptor, [], key); isPresent;)
            {
                Bpf.Delete(Descriptor, key);
                isPresent = Bpf.GetNextKey(Descriptor, key.ToArray(), key);
            }

            return;
        }

        while (Bpf.GetNextKey(Descriptor, [], key)) Bpf.Delete(Descriptor, key);
    }
}
