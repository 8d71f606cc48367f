using System.Buffers;

namespace EbpfCat.Maps;

/// <summary>Sets entries of a map, many with each system call (Linux 5.6), or one by one without batches.</summary>
internal sealed class MapBatchWriter(LiveMap map) : IDisposable
{
    private readonly MapDescriptor _descriptor = map.Descriptor;
    private readonly int _capacity = map.BatchCapacity;
    private readonly byte[] _keys = ArrayPool<byte>.Shared.Rent(map.BatchCapacity * map.Descriptor.KeySize);
    private readonly byte[] _values = ArrayPool<byte>.Shared.Rent(map.BatchCapacity * map.Descriptor.ValueSize);
    private int _count;

    /// <summary>The buffer for the key of the next entry.</summary>
    public Span<byte> Key => KeyAt(_count);

    /// <summary>The buffer for the value of the next entry, filled with zeros.</summary>
    public Span<byte> Value
    {
        get
        {
            var value = ValueAt(_count);
            value.Clear();
            return value;
        }
    }

    /// <summary>Takes the entry that was written, and sets the entries so far when the buffers are full.</summary>
    public void Add()
    {
        if (++_count == _capacity) Flush();
    }

    /// <summary>Sets the entries that were added.</summary>
    /// <exception cref="KernelException">E2BIG: the map is full; the entries before stay set.</exception>
    public void Flush()
    {
        if (_count == 0) return;
        var done = _count;
        try
        {
            Bpf.UpdateBatch(_descriptor, _keys.AsSpan(0, done * _descriptor.KeySize), _values, ref done);
        }
        catch (KernelException refusal) when (done == 0 && LiveMap.HasNoBatches(refusal))
        {
            for (var index = 0; index < _count; index++)
                map.Store(DecodeKey(index), KeyAt(index), ValueAt(index), MapUpdate.Any);
        }
        catch (KernelException refusal)
        {
            throw map.Explain(refusal, DecodeKey(done)) ?? refusal;
        }

        _count = 0;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_keys);
        ArrayPool<byte>.Shared.Return(_values);
    }

    private object? DecodeKey(int index) => map.KeyType!.Read(KeyAt(index));

    private Span<byte> KeyAt(int index) => _keys.AsSpan(index * _descriptor.KeySize, _descriptor.KeySize);

    private Span<byte> ValueAt(int index) => _values.AsSpan(index * _descriptor.ValueSize, _descriptor.ValueSize);
}
