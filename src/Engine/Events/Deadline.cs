namespace EbpfCat.Events;

/// <summary>The time at which reading ends.</summary>
/// <param name="timeout">The time from now; null for never.</param>
internal readonly struct Deadline(TimeSpan? timeout)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly TimeSpan? _timeout = timeout is { } span && span >= TimeSpan.Zero ? span : null;

    /// <summary>Whether to read what the buffers hold, and not to wait.</summary>
    public bool IsNow => _timeout == TimeSpan.Zero;

    public bool IsOver => _timeout is { } span && Stopwatch.GetElapsedTime(_start) >= span;

    /// <summary>The time left, rounded up to whole milliseconds.</summary>
    public TimeSpan Remaining => _timeout is not { } span
        ? Timeout.InfiniteTimeSpan
        : TimeSpan.FromMilliseconds(
            Math.Ceiling(Math.Max(0, (span - Stopwatch.GetElapsedTime(_start)).TotalMilliseconds)));
}
