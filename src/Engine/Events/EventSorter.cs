namespace EbpfCat.Events;

/// <summary>
/// Sorts events by their time. Programs on several processors record events in an order that differs from that of their
/// times by microseconds: an event waits until earlier ones have arrived.
/// </summary>
/// <param name="delay">How long an event waits after its time.</param>
internal sealed class EventSorter(TimeSpan delay)
{
    private readonly PriorityQueue<EventObject, (long Time, long Number)> _waiting = new();
    private long _count;

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>The time until the earliest event is due, in whole milliseconds.</summary>
    public TimeSpan Remaining => _waiting.TryPeek(out _, out var first)
        ? TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling((first.Time - Due) / 1e6), 0, delay.TotalMilliseconds))
        : Timeout.InfiniteTimeSpan;

    // The clock of Stopwatch is CLOCK_MONOTONIC, as that of bpf_ktime_get_ns is.
    private long Due => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency)) - (long)delay.TotalNanoseconds;

    /// <param name="time">The time of the event, on the kernel's monotonic clock in nanoseconds.</param>
    public void Add(EventObject one, long time) => _waiting.Enqueue(one, (time, _count++));

    /// <summary>Gives away the events that have waited long enough, the earliest first.</summary>
    /// <param name="max">The maximum number.</param>
    /// <param name="all">Whether to give away the others too.</param>
    /// <returns>The number of events.</returns>
    public long Release(Action<EventObject> handler, long max, bool all)
    {
        var (due, count) = (all ? long.MaxValue : Due, 0L);
        for (; count < max && _waiting.TryPeek(out _, out var first) && first.Time <= due; count++)
            handler(_waiting.Dequeue());
        return count;
    }
}
