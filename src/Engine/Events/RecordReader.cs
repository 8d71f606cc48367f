using EbpfCat.Kernel;
using EbpfCat.Maps;

namespace EbpfCat.Events;

/// <summary>
/// Reads records from several buffers, waiting for them where there are none: by one thread at a time. What is read takes no
/// memory beyond the buffers.
/// </summary>
public sealed class RecordReader : IDisposable
{
    private const int Batch = 4096;

    // So many in a millisecond, and as many again while nobody looks, take up a part of the usual buffer only.
    private const int Few = 256;

    private readonly RecordBuffer[] _buffers;
    private readonly Epoll _epoll = new();
    private readonly EventDescriptor _stop = new();
    private int _next;

    /// <summary>Opens buffers.</summary>
    /// <param name="maps">Ring buffers and perf event arrays, which must stay open as long as this.</param>
    /// <exception cref="KernelException">The kernel refuses to map one, or has no perf events for this process.</exception>
    public RecordReader(params IEnumerable<LiveMap> maps)
        : this((maps ?? throw new ArgumentNullException(nameof(maps))).Select(map => (map, 0)))
    {
    }

    /// <summary>Opens buffers of a size.</summary>
    /// <param name="maps">Ring buffers, and perf event arrays with the bytes that each processor gets; 0 for the usual.</param>
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

    /// <summary>The buffers, in the order their maps were given.</summary>
    public IReadOnlyList<RecordBuffer> Buffers => _buffers;

    /// <summary>Takes out the records that are there, without waiting for more.</summary>
    /// <param name="handler">What to do with each.</param>
    /// <param name="most">How many to take at most. The next call begins with the next buffer, so that none is starved.</param>
    /// <returns>How many there were.</returns>
    public int Drain(RecordHandler handler, int most = int.MaxValue)
    {
        var count = 0;
        for (var turn = 0; turn < _buffers.Length && count < most; turn++)
        {
            var index = _next;
            _next = (_next + 1) % _buffers.Length;
            count += _buffers[index].Drain(index, handler, most - count);
        }

        return count;
    }

    /// <summary>Waits until there are records.</summary>
    /// <param name="timeout">How long; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellation">Ends the wait at once.</param>
    /// <returns>Whether there may be some; false when the time is up or the wait was cancelled.</returns>
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

    /// <summary>Reads records as they come, until it is cancelled or the time is up.</summary>
    /// <param name="handler">What to do with each record.</param>
    /// <param name="timeout">How long to read; zero for what is there; null for ever.</param>
    /// <param name="cancellation">Ends the reading at once, between two records at the latest that are there together.</param>
    /// <returns>How many records there were.</returns>
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
    /// Waits a millisecond where few records were there. Who has read all is woken by the next record; a reader that keeps up
    /// with a busy program would be woken by each, which costs the program more than the record does.
    /// </summary>
    /// <param name="drained">How many there were.</param>
    internal static void LetGather(int drained)
    {
        if (drained is > 0 and < Few) Thread.Sleep(1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
        _epoll.Dispose();
        _stop.Dispose();
    }
}
