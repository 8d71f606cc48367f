using System.Text.RegularExpressions;

namespace EbpfCat.Events;

/// <summary>
/// Reads what programs write with <c>bpf_trace_printk</c> from the kernel's trace log (<c>trace_pipe</c>), lines
/// written earlier included.
/// </summary>
/// <remarks>
/// All programs of the machine share the log, and a line goes to one reader only: <c>cat trace_pipe</c>, <c>bpftool
/// prog tracelog</c> or another <see cref="TraceLog"/>. Use the output of the program for what must not get lost.
/// </remarks>
[SupportedOSPlatform("linux")]
public sealed unsafe partial class TraceLog : IDisposable
{
    // O_RDONLY | O_NONBLOCK | O_CLOEXEC
    private const int NonBlocking = 0x800 | 0x80000;
    private const int BufferSize = 16 * 1024;

    private readonly FileDescriptor _pipe;
    private readonly Epoll _epoll = new();
    private readonly EventDescriptor _stop = new();
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _length;

    /// <summary>Opens the log.</summary>
    /// <exception cref="KernelException">
    /// EBUSY: another process reads the log, and this kernel admits one reader. EPERM, EACCES: no privilege, or the
    /// kernel is locked down.
    /// </exception>
    public TraceLog()
    {
        var path = $"{TraceFs.Current.Path}/trace_pipe";
        var number = Libc.Open(path, NonBlocking);
        if (number < 0) throw TraceFs.Refuse($"read the trace log '{path}'", Libc.LastErrno);
        _pipe = new FileDescriptor(number);
        _epoll.Include(_pipe, 0);
        _epoll.Include(_stop, 0);
    }

    /// <summary>The number of events that the log dropped before they were read, by the lines read so far.</summary>
    public long Lost { get; private set; }

    /// <summary>Reads lines as they come, until cancellation or the end of the time.</summary>
    /// <param name="timeout">How long to read; zero for what the log holds; null for no end.</param>
    /// <param name="cancellation">Ends the reading at once; no exception is thrown.</param>
    public IEnumerable<TraceLogLine> Read(TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        var deadline = new Deadline(timeout);
        using var registration = cancellation.UnsafeRegister(static stop => ((EventDescriptor)stop!).Signal(), _stop);
        while (!cancellation.IsCancellationRequested)
        {
            if (TakeLine() is { } text)
            {
                if (Parse(text) is { } line) yield return line;
            }
            else if (!Fill() && (deadline.IsOver || !Wait(deadline.Remaining)))
            {
                break;
            }
        }

        registration.Dispose();
        _stop.Reset();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _epoll.Dispose();
        _stop.Dispose();
        _pipe.Dispose();
    }

    /// <summary>Parses a line; null where no program wrote it.</summary>
    internal TraceLogLine? Parse(string text)
    {
        if (LostPattern().Match(text) is { Success: true } lost)
        {
            Lost += long.Parse(lost.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            return null;
        }

        var match = LinePattern().Match(text);
        if (!match.Success) return null;
        var seconds = decimal.Parse(match.Groups["time"].ValueSpan, CultureInfo.InvariantCulture);
        return new TraceLogLine(
            match.Groups["name"].Value, Number(match.Groups["thread"]), Number(match.Groups["cpu"]),
            TimeSpan.FromMicroseconds((long)(seconds * 1_000_000)), match.Groups["text"].Value);
    }

    private static int Number(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    // Before Linux 5.9 an address stands in place of the event's name.
    [GeneratedRegex(
        @"^\s*(?<name>.+?)-(?<thread>\d+)\s+(?:\([\s\d-]+\)\s+)?\[(?<cpu>\d+)\]\s+(?:\S+\s+)?" +
        @"(?<time>\d+\.\d+): (?:bpf_trace_printk|0|0x[0-9a-f]+): (?<text>.*)$")]
    private static partial Regex LinePattern();

    [GeneratedRegex(@"^CPU:\d+ \[LOST (\d+) EVENTS\]")]
    private static partial Regex LostPattern();

    private bool Wait(TimeSpan timeout)
    {
        Span<ulong> keys = stackalloc ulong[1];
        return _epoll.Wait(keys, timeout) > 0;
    }

    // Takes the first whole line out of the buffer; of a line longer than the buffer, what fits.
    private string? TakeLine()
    {
        var end = _buffer.AsSpan(0, _length).IndexOf((byte)'\n');
        if (end < 0 && _length < _buffer.Length) return null;
        var next = end < 0 ? _length : end + 1;
        var line = Encoding.UTF8.GetString(_buffer, 0, end < 0 ? _length : end);
        _buffer.AsSpan(next, _length - next).CopyTo(_buffer);
        _length -= next;
        return line;
    }

    private bool Fill()
    {
        using var borrowed = _pipe.Borrow();
        fixed (byte* free = &_buffer[_length])
        {
            var read = (int)Libc.Read(borrowed.Number, free, (nuint)(_buffer.Length - _length));
            if (read < 0 && Libc.LastErrno is not (Errno.EAGAIN or Errno.EINTR))
                throw KernelFile.Refuse("read the trace log", Libc.LastErrno);
            _length += Math.Max(read, 0);
            return read > 0;
        }
    }
}
