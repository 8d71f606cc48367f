namespace EbpfCat.Events;

/// <summary>
/// Reads records from several buffers, and waits for them. One thread at a time may use a reader. The reader does not
/// copy records.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class RecordReader : IDisposable
{
    private const int Batch = 4096;

    // At this many records each millisecond, a buffer of the default size does not fill up during the pause.
    internal const int PauseThreshold = 256;

    private readonly RecordBuffer[] _buffers;
    private readonly bool[] _isOwned;
    private readonly Epoll _epoll = new();
    private readonly EventDescriptor _stop = new();
    private int _next;

    /// <summary>Opens buffers.</summary>
    /// <param name="maps">Ring buffers and perf event arrays. They must stay open as long as the reader.</param>
    /// <exception cref="KernelException">The kernel refuses to map a buffer, or to open perf events.</exception>
    public RecordReader(params IEnumerable<LiveMap> maps)
        : this(Opened(maps)) { }

    /// <summary>Reads buffers that are open.</summary>
    /// <param name="buffers">The buffers, and whether they are closed with the reader.</param>
    internal RecordReader(IEnumerable<(RecordBuffer Buffer, bool IsOwned)> buffers)
    {
        var opened = new List<(RecordBuffer Buffer, bool IsOwned)>();
        try
        {
            opened.AddRange(buffers);
            (_buffers, _isOwned) = ([.. opened.Select(one => one.Buffer)], [.. opened.Select(one => one.IsOwned)]);
            foreach (var descriptor in _buffers.SelectMany(buffer => buffer.Descriptors))
                _epoll.Include(descriptor, 0);
            _epoll.Include(_stop, 0);
        }
        catch
        {
            foreach (var (buffer, isOwned) in opened)
            {
                if (isOwned) buffer.Dispose();
            }

            _epoll.Dispose();
            _stop.Dispose();
            throw;
        }
    }

    private static IEnumerable<(RecordBuffer Buffer, bool IsOwned)> Opened(IEnumerable<LiveMap> maps)
    {
        ArgumentNullException.ThrowIfNull(maps);
        return maps.Select(map => (RecordBuffer.Open(map), true));
    }

    /// <summary>The buffers, in the order of the maps.</summary>
    public IReadOnlyList<RecordBuffer> Buffers => _buffers;

    /// <summary>Takes out the records that the buffers hold, without waiting for more.</summary>
    /// <param name="handler">Takes each record.</param>
    /// <param name="max">
    /// The maximum number of records. The next call begins with the next buffer, so that none starves.
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
    /// <param name="timeout">The maximum time; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellation">Ends the wait at once.</param>
    /// <returns>Whether there may be records; false after the timeout or a cancellation.</returns>
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

    /// <summary>Reads records as they come, until the timeout or a cancellation.</summary>
    /// <param name="handler">Takes each record.</param>
    /// <param name="timeout">The time to read; zero for what the buffers hold; null for no limit.</param>
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
            PauseAfterFewRecords(drained);
        }

        return count;
    }

    /// <summary>
    /// Waits a millisecond after a batch of few records. A program that writes to an empty buffer wakes the reader,
    /// which costs the program more than the record does. During the pause records collect, so that fewer wakeups are
    /// needed.
    /// </summary>
    internal static void PauseAfterFewRecords(int drained)
    {
        if (drained is > 0 and < PauseThreshold) Thread.Sleep(1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (index, buffer) in _buffers.Index())
        {
            if (_isOwned[index]) buffer.Dispose();
        }

        _epoll.Dispose();
        _stop.Dispose();
    }
}
