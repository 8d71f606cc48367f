namespace EbpfCat.Maps;

/// <summary>
/// A map through which programs send records to user space. It has one reader, for one thread at a time.
/// </summary>
[SupportedOSPlatform("linux")]
public abstract class RecordBuffer : IDisposable
{
    private protected RecordBuffer() { }

    /// <summary>
    /// How many lost records the kernel has reported, for a perf event array. For a ring buffer the program counts
    /// them.
    /// </summary>
    public abstract long Lost { get; }

    /// <summary>The descriptors that become readable when there are records.</summary>
    internal abstract IEnumerable<FileDescriptor> Descriptors { get; }

    /// <summary>Opens a buffer.</summary>
    /// <param name="map">A ring buffer or a perf event array. It must stay open as long as the reader.</param>
    /// <param name="size">The size of a perf event array for each processor, in bytes; 0 for the default.</param>
    /// <exception cref="ArgumentException">The map is of another kind.</exception>
    public static RecordBuffer Open(LiveMap map, int size = 0)
    {
        ArgumentNullException.ThrowIfNull(map);
        return map.Type switch
        {
            MapType.RingBuffer => new RingBufferReader(map),
            MapType.PerfEventArray => new PerfBufferReader(map, size == 0 ? PerfBufferReader.DefaultSize : size),
            _ => throw new ArgumentException(
                $"The map '{map.Name}' is a {map.Type}: records come through a RingBuffer or PerfEventArray."),
        };
    }

    /// <summary>Takes out the records that the buffer holds, without waiting for more.</summary>
    /// <param name="index">The index of the buffer to pass to the handler.</param>
    /// <param name="handler">Takes each record. One at which it throws is taken out too.</param>
    /// <param name="max">The maximum number to take.</param>
    /// <returns>The number of records.</returns>
    public abstract int Drain(int index, RecordHandler handler, int max = int.MaxValue);

    /// <inheritdoc/>
    public abstract void Dispose();
}
