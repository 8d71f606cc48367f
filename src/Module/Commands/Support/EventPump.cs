using System.Diagnostics;

namespace EbpfCat.Commands;

/// <summary>Reads the output of programs until it is stopped, the time is up or there was enough.</summary>
/// <param name="stream">The output.</param>
/// <param name="iterators">Programs that run when they are asked to: the output ends with them.</param>
internal sealed class EventPump(
    EventStream stream, IReadOnlyList<IteratorAttachment> iterators, TimeSpan? timeout, long first)
{
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromSeconds(1);

    private long _lastLook;

    /// <summary>Reads.</summary>
    /// <param name="handler">Takes each event.</param>
    /// <param name="between">Called after each batch, and at the end.</param>
    /// <param name="warn">Takes a warning of events that were lost.</param>
    public void Read(Action<object> handler, Action between, Action<string> warn, CancellationToken cancellation)
    {
        stream.Between = () =>
        {
            between();
            WarnOfLost(warn, isEnd: false);
        };
        try
        {
            if (iterators.Count == 0) stream.Read(Escape, timeout, first, cancellation);
            else ReadIterators(Escape, cancellation);
            between();
        }
        finally
        {
            WarnOfLost(warn, isEnd: true);
        }

        void Escape(EventObject one) => handler(EscapedEvent.Of(one));
    }

    private void ReadIterators(Action<EventObject> handler, CancellationToken cancellation)
    {
        // The buffer is emptied while the iterators fill it; when they are through, what is left is taken, and that is
        // all.
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = Task.Run(() => Run(done), CancellationToken.None);
        try
        {
            var count = stream.Read(handler, timeout, first, done.Token);
            if (count < first && !cancellation.IsCancellationRequested && done.IsCancellationRequested)
                stream.Read(handler, TimeSpan.Zero, first - count, cancellation);
        }
        finally
        {
            done.Cancel();
            running.GetAwaiter().GetResult();
        }
    }

    private void Run(CancellationTokenSource done)
    {
        try
        {
            // What the iterator programs write is ignored: the objects come through the buffer.
            foreach (var _ in iterators.SelectMany(iterator => iterator.Read()))
            {
                if (done.IsCancellationRequested) return;
            }
        }
        finally
        {
            done.Cancel();
        }
    }

    private void WarnOfLost(Action<string> warn, bool isEnd)
    {
        var now = Stopwatch.GetTimestamp();
        if (!isEnd && Stopwatch.GetElapsedTime(_lastLook, now) < BetweenWarnings) return;
        _lastLook = now;
        if (stream.TakeLost() is > 0 and var lost)
            warn(StreamCommand.Lost(lost, "the buffer was full. A larger one (-BufferSize) or fewer events help."));
        FullMaps.Warn(warn, stream.Programs.SelectMany(program => program.Maps.Values));
    }
}
