using System.Buffers;

namespace EbpfCat.Maps;

/// <summary>
/// Reads the entries of a map, many with each system call (Linux 5.6), or one by one where the map or the kernel has no
/// batches. Entries that are inserted or removed during the read may be missed or seen.
/// </summary>
internal sealed class MapBatchReader(LiveMap map) : IDisposable
{
    private readonly MapDescriptor _descriptor = map.Descriptor;
    private readonly BatchCursor _cursor = new(map.Descriptor);
    private int _capacity = map.BatchCapacity;
    private byte[] _keys = ArrayPool<byte>.Shared.Rent(map.BatchCapacity * map.Descriptor.KeySize);
    private byte[] _values = ArrayPool<byte>.Shared.Rent(map.BatchCapacity * map.Descriptor.ValueSize);
    private byte[]? _lastKey;
    private uint _seen;

    /// <summary>The number of entries of the current batch.</summary>
    public int Count { get; private set; }

    /// <summary>The key of an entry of the current batch.</summary>
    public ReadOnlySpan<byte> Key(int index) => _keys.AsSpan(index * _descriptor.KeySize, _descriptor.KeySize);

    /// <summary>The value of an entry of the current batch; of a per-CPU map the values of all processors.</summary>
    public ReadOnlySpan<byte> Value(int index) => _values.AsSpan(index * _descriptor.ValueSize, _descriptor.ValueSize);

    /// <summary>Reads the next batch.</summary>
    /// <returns>Whether there is one; it may be empty.</returns>
    public bool Next()
    {
        while (_lastKey is null)
        {
            if (_cursor.AtEnd) return false;
            try
            {
                Count = Bpf.LookupBatch(
                    _descriptor, _cursor, _keys.AsSpan(0, _capacity * _descriptor.KeySize),
                    _values.AsSpan(0, _capacity * _descriptor.ValueSize));
                return true;
            }
            catch (KernelException refusal) when (refusal.Errno == Errno.ENOSPC)
            {
                // A bucket of the hash holds more entries than the buffers.
                _capacity *= 2;
                Return();
                _keys = ArrayPool<byte>.Shared.Rent(_capacity * _descriptor.KeySize);
                _values = ArrayPool<byte>.Shared.Rent(_capacity * _descriptor.ValueSize);
            }
            catch (KernelException refusal) when (!_cursor.Started && LiveMap.HasNoBatches(refusal))
            {
                _lastKey = [];
            }
        }

        return NextEntry();
    }

    public void Dispose() => Return();

    private bool NextEntry()
    {
        // A hash starts again after a key that was removed since: the count ends the loop over a busy map.
        if (_seen++ == map.MaxEntries || !Bpf.GetNextKey(_descriptor, _lastKey, _keys)) return false;
        _lastKey = Key(0).ToArray();
        Count = Bpf.Lookup(_descriptor, _lastKey, _values) ? 1 : 0;
        return true;
    }

    private void Return()
    {
        ArrayPool<byte>.Shared.Return(_keys);
        ArrayPool<byte>.Shared.Return(_values);
    }
}
