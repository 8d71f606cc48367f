using System.Diagnostics;

namespace EbpfCat.Commands;

/// <summary>The base of commands that stream the output of programs.</summary>
public abstract class EventCommand : StreamCommand
{
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromSeconds(1);

    private long _lastLook;

    [Parameter, ValidateNotNull]
    public ScriptBlock? Action { get; set; }

    /// <summary>Writes what programs put out until it is stopped, the time is up or there was enough.</summary>
    /// <param name="stream">The output of the programs.</param>
    /// <param name="iterators">Those that run only when they are asked to: they are, and it ends with them.</param>
    private protected void Write(EventStream stream, IReadOnlyList<IteratorAttachment> iterators)
    {
        stream.Between = () => WarnOfLost(stream, isEnd: false);
        try
        {
            if (Action is null) Read(stream, iterators, WriteObject);
            else Call(Action, call => Read(stream, iterators, call));
        }
        finally
        {
            WarnOfLost(stream, isEnd: true);
        }
    }

    private void Read(EventStream stream, IReadOnlyList<IteratorAttachment> iterators, Action<object> handler)
    {
        if (iterators.Count == 0)
        {
            stream.Read(handler, Timeout, First, Cancellation);
            return;
        }

        // The buffer is emptied while the iterators fill it; when they are through, what is left is taken, and that is
        // all.
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = Task.Run(() => Run(iterators, done), CancellationToken.None);
        try
        {
            var count = stream.Read(handler, Timeout, First, done.Token);
            if (count < First && !Stopping && done.IsCancellationRequested)
                stream.Read(handler, TimeSpan.Zero, First - count, Cancellation);
        }
        finally
        {
            done.Cancel();
            running.GetAwaiter().GetResult();
        }
    }

    private static void Run(IEnumerable<IteratorAttachment> iterators, CancellationTokenSource done)
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

    // As ForEach-Object calls it: in its own scope and session, the event being $_. What it writes is written.
    private void Call(ScriptBlock action, Action<Action<object>> read)
    {
        var steps = ScriptBlock.Create("param($action) ForEach-Object -Process $action")
            .GetSteppablePipeline(CommandOrigin.Internal, [action]);
        steps.Begin(true, (EngineIntrinsics)SessionState.PSVariable.GetValue("ExecutionContext"));
        try
        {
            read(one => steps.Process(one));
            steps.End();
        }
        finally
        {
            steps.Dispose();
        }
    }

    private void WarnOfLost(EventStream stream, bool isEnd)
    {
        var now = Stopwatch.GetTimestamp();
        if (!isEnd && Stopwatch.GetElapsedTime(_lastLook, now) < BetweenWarnings) return;
        _lastLook = now;
        WarnOfLost(stream.TakeLost(), "the buffer was full. A larger one (-BufferSize) or fewer events help.");
    }
}
