using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;

namespace EbpfCat.Events;

/// <summary>A map through which programs send records to user space: read by one thread at a time, and by one reader.</summary>
public abstract class RecordBuffer : IDisposable
{
    private protected RecordBuffer()
    {
    }

    /// <summary>
    /// How many records the kernel has told of as lost, of a perf event array; a ring buffer tells the program instead, which
    /// counts them.
    /// </summary>
    public abstract long Lost { get; }

    /// <summary>The descriptors that are readable when records are there.</summary>
    internal abstract IEnumerable<FileDescriptor> Descriptors { get; }

    /// <summary>Opens a buffer by what kind of map it is.</summary>
    /// <param name="map">A ring buffer or a perf event array. It must stay open as long.</param>
    /// <param name="size">How many bytes a perf event array is to have for each processor; 0 for the usual.</param>
    /// <exception cref="ArgumentException">The map is of another kind.</exception>
    public static RecordBuffer Open(LiveMap map, int size = 0)
    {
        ArgumentNullException.ThrowIfNull(map);
        return map.Type switch
        {
            MapType.RingBuffer => new RingBufferReader(map),
            MapType.PerfEventArray => new PerfBufferReader(map, size == 0 ? PerfBufferReader.UsualSize : size),
            _ => throw new ArgumentException($"The map '{map.Name}' is a {map.Type}: records come through a RingBuffer or PerfEventArray."),
        };
    }

    /// <summary>Takes out the records that are there, without waiting for more.</summary>
    /// <param name="index">The number to give the handler with each.</param>
    /// <param name="handler">What to do with a record. If it throws, that record is taken out still.</param>
    /// <param name="most">How many to take at most.</param>
    /// <returns>How many there were.</returns>
    public abstract int Drain(int index, RecordHandler handler, int most = int.MaxValue);

    /// <inheritdoc/>
    public abstract void Dispose();
}
