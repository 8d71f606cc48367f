using System.Diagnostics;

namespace EbpfCat.Events;

/// <summary>When reading ends.</summary>
/// <param name="timeout">How long from now; null for never.</param>
internal readonly struct Deadline(TimeSpan? timeout)
{
    private readonly long _start = Stopwatch.GetTimestamp();

    private readonly TimeSpan? _timeout = timeout is { } span && span >= TimeSpan.Zero ? span : null;

    /// <summary>Whether only what is there is read, all of it.</summary>
    public bool IsNow => _timeout == TimeSpan.Zero;

    public bool IsOver => _timeout is { } span && Stopwatch.GetElapsedTime(_start) >= span;

    /// <summary>What is left, as waiting takes it, in whole milliseconds rounded up.</summary>
    public TimeSpan Remaining => _timeout is not { } span
        ? Timeout.InfiniteTimeSpan
        : TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, (span - Stopwatch.GetElapsedTime(_start)).TotalMilliseconds)));
}
