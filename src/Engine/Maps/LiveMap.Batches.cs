using System.Buffers;
using EbpfCat.Kernel;
using EbpfCat.Language;

namespace EbpfCat.Maps;

/// <content>All entries: read, set and removed many at a time (Linux 5.6), or one by one where the kernel has no batches.</content>
public sealed partial class LiveMap
{
    private const int BatchBytes = 1 << 20;
    private const int SmallestBatch = 256;

    /// <summary>
    /// All entries, in the kernel's order. Those inserted or removed meanwhile may be missed or seen. Of an array all
    /// indices, set or not.
    /// </summary>
    /// <exception cref="NotSupportedException">The map has no keys, or no values that user space can read.</exception>
    public IEnumerable<MapEntry> Entries()
    {
        RequireValues();
        if (KeyType is null)
        {
            throw new NotSupportedException(
                $"The map '{Name}' is a {Type}: its values have no keys and cannot be listed. Take them out with Pop.");
        }

        return EntriesInBatches();
    }

    /// <summary>Sets many entries. Those before one that is refused stay set.</summary>
    /// <param name="entries">The entries.</param>
    /// <exception cref="KernelException">E2BIG: the map is full.</exception>
    public void SetMany(IEnumerable<MapEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var codec = RequireValues();
        var keySize = KeyType?.Size ?? throw new NotSupportedException($"The map '{Name}' is a {Type}: use Push.");
        var capacity = Capacity;
        var keys = ArrayPool<byte>.Shared.Rent(capacity * keySize);
        var values = ArrayPool<byte>.Shared.Rent(capacity * Descriptor.ValueSize);
        var pending = new List<object?>(capacity);
        List<IDisposable>? held = null;
        try
        {
            foreach (var entry in entries)
            {
                var value = values.AsSpan(pending.Count * Descriptor.ValueSize, Descriptor.ValueSize);
                value.Clear();
                Encode(entry.Key, keys.AsSpan(pending.Count * keySize, keySize));
                EncodeValue(codec, entry.Value, value, ref held);
                pending.Add(entry.Key);
                if (pending.Count == capacity) Flush(pending, keys, values);
            }

            Flush(pending, keys, values);
            GC.KeepAlive(entries);
        }
        finally
        {
            held?.ForEach(one => one.Dispose());
            ArrayPool<byte>.Shared.Return(keys);
            ArrayPool<byte>.Shared.Return(values);
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

    // How many entries one system call moves: many, within a megabyte.
    private int Capacity => (int)Math.Clamp(
        BatchBytes / (Descriptor.KeySize + Descriptor.ValueSize), Math.Min(SmallestBatch, MaxEntries), Math.Max(MaxEntries, 1));

    private static bool HasNoBatches(KernelException refusal) =>
        refusal.Errno is Errno.ENOTSUPP or Errno.EOPNOTSUPP or Errno.EINVAL;

    private IEnumerable<MapEntry> EntriesInBatches()
    {
        var cursor = new BatchCursor(Descriptor);
        var capacity = Capacity;
        var keys = ArrayPool<byte>.Shared.Rent(capacity * Descriptor.KeySize);
        var values = ArrayPool<byte>.Shared.Rent(capacity * Descriptor.ValueSize);
        try
        {
            while (!cursor.AtEnd)
            {
                var count = ReadBatch(cursor, ref capacity, ref keys, ref values);
                if (count < 0)
                {
                    foreach (var entry in EntriesOneByOne()) yield return entry;
                    yield break;
                }

                for (var index = 0; index < count; index++) yield return Decode(keys, values, index);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(keys);
            ArrayPool<byte>.Shared.Return(values);
        }
    }

    /// <summary>Reads a batch; with larger buffers where a bucket of the hash is larger than they are.</summary>
    /// <returns>The number of entries, or -1 where the map or the kernel has no batches.</returns>
    private int ReadBatch(BatchCursor cursor, ref int capacity, ref byte[] keys, ref byte[] values)
    {
        while (true)
        {
            try
            {
                return Bpf.LookupBatch(
                    Descriptor,
                    cursor,
                    keys.AsSpan(0, capacity * Descriptor.KeySize),
                    values.AsSpan(0, capacity * Descriptor.ValueSize));
            }
            catch (KernelException refusal) when (refusal.Errno == Errno.ENOSPC)
            {
                capacity *= 2;
                ArrayPool<byte>.Shared.Return(keys);
                ArrayPool<byte>.Shared.Return(values);
                keys = ArrayPool<byte>.Shared.Rent(capacity * Descriptor.KeySize);
                values = ArrayPool<byte>.Shared.Rent(capacity * Descriptor.ValueSize);
            }
            catch (KernelException refusal) when (!cursor.Started && HasNoBatches(refusal))
            {
                return -1;
            }
        }
    }

    private MapEntry Decode(byte[] keys, byte[] values, int index) => new(
        KeyType!.Read(keys.AsSpan(index * Descriptor.KeySize, Descriptor.KeySize)),
        Shown(_values!.Read(values.AsSpan(index * Descriptor.ValueSize, Descriptor.ValueSize))));

    private IEnumerable<MapEntry> EntriesOneByOne()
    {
        var value = new byte[Descriptor.ValueSize];
        foreach (var key in Keys())
        {
            if (Bpf.Lookup(Descriptor, key, value)) yield return new MapEntry(KeyType!.Read(key), Shown(_values!.Read(value)));
        }
    }

    // A hash begins anew after a key that was removed meanwhile: the count keeps a busy map from never ending.
    private IEnumerable<byte[]> Keys()
    {
        byte[] key = [];
        for (var seen = 0u; seen < MaxEntries; seen++)
        {
            var next = new byte[Descriptor.KeySize];
            if (!Bpf.GetNextKey(Descriptor, key, next)) yield break;
            yield return next;
            key = next;
        }
    }

    private void Flush(List<object?> pending, byte[] keys, byte[] values)
    {
        if (pending.Count == 0) return;
        var done = pending.Count;
        try
        {
            Bpf.UpdateBatch(Descriptor, keys.AsSpan(0, done * Descriptor.KeySize), values, ref done);
        }
        catch (KernelException refusal) when (done == 0 && HasNoBatches(refusal))
        {
            for (var index = 0; index < pending.Count; index++)
            {
                Store(
                    pending[index],
                    keys.AsSpan(index * Descriptor.KeySize, Descriptor.KeySize),
                    values.AsSpan(index * Descriptor.ValueSize, Descriptor.ValueSize),
                    MapUpdate.Any);
            }
        }
        catch (KernelException refusal) when (Explain(refusal, pending[done]) is { } explained)
        {
            throw explained;
        }

        pending.Clear();
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
        var capacity = Capacity;
        var keys = new byte[capacity * Descriptor.KeySize];
        var values = new byte[capacity * Descriptor.ValueSize];
        while (!cursor.AtEnd)
        {
            try
            {
                Bpf.LookupAndDeleteBatch(Descriptor, cursor, keys, values);
            }
            catch (KernelException refusal) when (refusal.Errno == Errno.ENOSPC)
            {
                capacity *= 2;
                (keys, values) = (new byte[capacity * Descriptor.KeySize], new byte[capacity * Descriptor.ValueSize]);
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
        // The indices of an array stay when what is there goes.
        if (MapShape.IsIndexed(Type))
        {
            foreach (var index in Keys()) Bpf.Delete(Descriptor, index);
            return;
        }

        var key = new byte[Descriptor.KeySize];
        while (Bpf.GetNextKey(Descriptor, [], key)) Bpf.Delete(Descriptor, key);
    }
}
