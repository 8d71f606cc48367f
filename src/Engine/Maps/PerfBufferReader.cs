namespace EbpfCat.Maps;

/// <summary>
/// Reads a perf event array (BPF_MAP_TYPE_PERF_EVENT_ARRAY, Linux 4.3): a ring for each processor, with the records of
/// that processor in order. Prefer ring buffers (Linux 5.8).
/// </summary>
public sealed class PerfBufferReader : RecordBuffer
{
    /// <summary>The default size of the ring of a processor in bytes.</summary>
    public const int DefaultSize = 256 * 1024;

    private const int BpfOutput = 10; // PERF_COUNT_SW_BPF_OUTPUT
    private const int RawSample = 1024; // PERF_SAMPLE_RAW

    private readonly LiveMap _map;
    private readonly List<PerfRing> _rings = [];

    /// <summary>Opens a ring for each processor that runs, and puts them into the map.</summary>
    /// <param name="map">The perf event array. It must stay open as long as the reader.</param>
    /// <param name="size">The size of each ring in bytes; rounded up to a power of two.</param>
    /// <exception cref="KernelException">EPERM: no privilege.</exception>
    public PerfBufferReader(LiveMap map, int size = DefaultSize)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        if (map.Type != MapType.PerfEventArray)
            throw new ArgumentException($"The map '{map.Name}' is a {map.Type}, no PerfEventArray.");
        _map = map;
        try
        {
            foreach (var processor in Processors.Online.Where(one => one < map.MaxEntries)) Open(processor, size);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override long Lost => _rings.Sum(ring => ring.Lost);

    internal override IEnumerable<FileDescriptor> Descriptors => _rings.Select(ring => ring.Event);

    public override int Drain(int index, RecordHandler handler, int max = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var count = 0;
        foreach (var ring in _rings) count += ring.Drain(Take, max - count);
        return count;

        void Take(uint type, int misc, ReadOnlySpan<byte> body)
        {
            if (type == PerfRing.SampleRecord)
                handler(index, body.Slice(sizeof(uint), MemoryMarshal.Read<int>(body)));
        }
    }

    public override void Dispose()
    {
        foreach (var ring in _rings)
        {
            if (!_map.Descriptor.IsClosed) Bpf.Delete(_map.Descriptor, BytesOf(ring.Processor));
            ring.Dispose();
        }

        _rings.Clear();
    }

    private void Open(int processor, int size)
    {
        var attributes = new PerfEventAttributes
        {
            Type = 1, // PERF_TYPE_SOFTWARE
            Config = BpfOutput,
            SampleType = RawSample,
            SamplePeriod = 1,
            WakeupEvents = 1,
        };
        var perfEvent = PerfEvent.Open(attributes, -1, processor, $"a perf ring on processor {processor}");
        var ring = new PerfRing(perfEvent, processor, size);
        _rings.Add(ring);
        Bpf.Update(_map.Descriptor, BytesOf(processor), BytesOf(ring.Event.Number));
        ring.Event.Enable();
    }

    private static byte[] BytesOf(int number) => MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in number)).ToArray();
}
