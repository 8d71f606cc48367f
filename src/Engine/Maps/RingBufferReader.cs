namespace EbpfCat.Maps;

/// <summary>
/// Reads a ring buffer (BPF_MAP_TYPE_RINGBUF, Linux 5.8) in the memory that it shares with the kernel: a record costs
/// no system call and no allocation. Protocol: Documentation/bpf/ringbuf.rst.
/// </summary>
public sealed unsafe class RingBufferReader : RecordBuffer
{
    // The header of a record: length and two flags in 4 bytes; 4 more that only the kernel uses.
    private const uint Busy = 1u << 31;
    private const uint Discarded = 1u << 30;
    private const int HeaderSize = 8;

    private readonly LiveMap _map;
    private readonly MappedMemory _consumer;
    private readonly MappedMemory _producer;
    private readonly ulong _mask;

    /// <summary>Maps a ring buffer into memory.</summary>
    /// <param name="map">The ring buffer. It must stay open as long as the reader.</param>
    /// <exception cref="KernelException">The kernel refuses to map it.</exception>
    public RingBufferReader(LiveMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (map.Type != MapType.RingBuffer)
            throw new ArgumentException($"The map '{map.Name}' is a {map.Type}, no ring buffer.");
        _map = map;
        _mask = map.MaxEntries - 1;
        var page = Environment.SystemPageSize;
        _consumer = MappedMemory.Map(map.Descriptor, 0, page, writable: true);
        try
        {
            // The kernel maps the data twice in a row, so that the end splits no record.
            _producer = MappedMemory.Map(map.Descriptor, page, page + (2L * map.MaxEntries), writable: false);
        }
        catch
        {
            _consumer.Dispose();
            throw;
        }
    }

    public override long Lost => 0;

    internal override IEnumerable<FileDescriptor> Descriptors => [_map.Descriptor];

    public override int Drain(int index, RecordHandler handler, int max = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var position = (ulong*)_consumer.Pointer;
        var end = (ulong*)_producer.Pointer;
        var data = _producer.Pointer + Environment.SystemPageSize;
        // Space is released in parts: each release costs the programs that write a cache miss.
        var part = (_mask + 1) / 4;
        var (at, released) = (*position, *position);
        var count = 0;
        try
        {
            // Records that arrive from now on are left to the next call, which a busy program would else never let end.
            var limit = Volatile.Read(ref *end);
            while (at < limit && count < max)
            {
                var header = Volatile.Read(ref *(uint*)(data + (at & _mask)));
                if ((header & Busy) != 0) break;
                var length = header & ~(Busy | Discarded);
                var record = data + (at & _mask) + HeaderSize;
                at += (length + HeaderSize + 7) & ~7ul;
                if ((header & Discarded) == 0)
                {
                    count++;
                    handler(index, new ReadOnlySpan<byte>(record, (int)length));
                }

                if (at - released < part) continue;
                Volatile.Write(ref *position, at);
                released = at;
            }
        }
        finally
        {
            // The kernel wakes a reader that has read everything. The barrier makes it see the position before the
            // reader looks for records again and waits.
            Volatile.Write(ref *position, at);
            Interlocked.MemoryBarrier();
        }

        return count;
    }

    public override void Dispose()
    {
        _consumer.Dispose();
        _producer.Dispose();
    }
}
