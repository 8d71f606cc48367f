using System.Runtime.Versioning;
using EbpfCat.Kernel;
using EbpfCat.Maps;

namespace EbpfCat.Events;

/// <summary>
/// Reads records from several buffers, and waits for them. For one thread at a time. It takes no memory beyond the
/// buffers.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class RecordReader : IDisposable
{
    private const int Batch = 4096;

    // So many records in each of two milliseconds take up a part of a buffer of default size only.
    internal const int GatherThreshold = 256;

    private readonly RecordBuffer[] _buffers;
    private readonly Epoll _epoll = new();
    private readonly EventDescriptor _stop = new();
    private int _next;

    /// <summary>Opens buffers.</summary>
    /// <param name="maps">Ring buffers and perf event arrays. They must stay open as long as the reader.</param>
    /// <exception cref="KernelException">
    /// The kernel refuses to map one, or has no perf events for this process.
    /// </exception>
    public RecordReader(params IEnumerable<LiveMap> maps)
        : this((maps ?? throw new ArgumentNullException(nameof(maps))).Select(map => (map, 0)))
    {
    }

    /// <summary>Opens buffers.</summary>
    /// <param name="maps">Ring buffers and perf event arrays; the size for each processor of the latter, or 0.</param>
    internal RecordReader(IEnumerable<(LiveMap Map, int Size)> maps)
    {
        var opened = new List<RecordBuffer>();
        try
        {
            foreach (var (map, size) in maps) opened.Add(RecordBuffer.Open(map, size));
            foreach (var descriptor in opened.SelectMany(buffer => buffer.Descriptors)) _epoll.Include(descriptor, 0);
            _epoll.Include(_stop, 0);
            _buffers = [.. opened];
        }
        catch
        {
            opened.ForEach(buffer => buffer.Dispose());
            _epoll.Dispose();
            _stop.Dispose();
            throw;
        }
    }

    /// <summary>The buffers, in the order of the maps.</summary>
    public IReadOnlyList<RecordBuffer> Buffers => _buffers;

    /// <summary>Takes out the records that the buffers hold, without waiting for more.</summary>
    /// <param name="handler">Takes each record.</param>
    /// <param name="max">
    /// How many to take at most. The next call begins with the next buffer, so that none starves.
    /// </param>
    /// <returns>The number of records.</returns>
    public int Drain(RecordHandler handler, int max = int.MaxValue)
    {
        var count = 0;
        for (var turn = 0; turn < _buffers.Length && count < max; turn++)
        {
            var index = _next;
            _next = (_next + 1) % _buffers.Length;
            count += _buffers[index].Drain(index, handler, max - count);
        }

        return count;
    }

    /// <summary>Waits until there are records.</summary>
    /// <param name="timeout">How long; <see cref="Timeout.InfiniteTimeSpan"/> for no end.</param>
    /// <param name="cancellation">Ends the wait at once.</param>
    /// <returns>Whether there may be records; false after the end of the time or cancellation.</returns>
    public bool Wait(TimeSpan timeout, CancellationToken cancellation = default)
    {
        if (cancellation.IsCancellationRequested) return false;
        using var registration = cancellation.UnsafeRegister(static stop => ((EventDescriptor)stop!).Signal(), _stop);
        Span<ulong> keys = stackalloc ulong[1];
        var ready = _epoll.Wait(keys, timeout) > 0;
        if (!cancellation.IsCancellationRequested) return ready;
        registration.Dispose();
        _stop.Reset();
        return false;
    }

    /// <summary>Reads records as they come, until cancellation or the end of the time.</summary>
    /// <param name="handler">Takes each record.</param>
    /// <param name="timeout">How long to read; zero for what the buffers hold; null for no end.</param>
    /// <param name="cancellation">Ends the reading after the current batch.</param>
    /// <returns>The number of records.</returns>
    public long Read(RecordHandler handler, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        var deadline = new Deadline(timeout);
        var batch = deadline.IsNow ? int.MaxValue : Batch;
        var count = 0L;
        while (!cancellation.IsCancellationRequested)
        {
            var drained = Drain(handler, batch);
            count += drained;
            if (deadline.IsOver || (drained == 0 && !Wait(deadline.Remaining, cancellation))) break;
            LetGather(drained);
        }

        return count;
    }

    /// <summary>
    /// Waits a millisecond after few records. An empty buffer wakes its reader at the next record; a reader that keeps
    /// up with a busy program would be woken by each, which costs the program more than the record does.
    /// </summary>
    /// <param name="drained">The number of records that were just read.</param>
    internal static void LetGather(int drained)
    {
        if (drained is > 0 and < GatherThreshold) Thread.Sleep(1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
        _epoll.Dispose();
        _stop.Dispose();
    }
}
