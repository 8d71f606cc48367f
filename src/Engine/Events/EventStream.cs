namespace EbpfCat.Events;

/// <summary>
/// Reads what programs put out, as objects of emitted classes. For one thread at a time. Its memory does not grow with
/// the number of objects. Compiled ahead of time, use <see cref="ProgramEvents"/>.
/// </summary>
[SupportedOSPlatform("linux")]
[RequiresDynamicCode(EventClass.RequiresDynamicCode)]
public sealed class EventStream : IDisposable
{
    // Between two batches the time and Between come in.
    private const int Batch = 256;

    // The lost records of a program that TakeLost of any stream has returned.
    private static readonly ConditionalWeakTable<LoadedProgram, StrongBox<long>> Reported = [];

    private readonly RecordSources _sources;
    private readonly EventSorter? _sorter;
    private readonly Dictionary<(int Buffer, uint Number), (EventDecoder Decoder, StructField? Time)> _decoders = [];
    private readonly RecordReader _reader;
    private readonly RecordHandler _decode;

    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] private readonly Type? _parent;

    private readonly LiveVariable[] _losses;
    private long _otherLosses;
    private Action<EventObject>? _handler;

    /// <summary>Opens the buffers of programs.</summary>
    /// <param name="programs">
    /// Programs that put out records, loaded by this process. They must stay open as long as the stream.
    /// </param>
    /// <param name="parent">
    /// The base class of the objects: public, derived from <see cref="EventObject"/>, with a constructor without
    /// parameters. Null for <see cref="EventObject"/> itself.
    /// </param>
    /// <param name="losses">Variables in which programs count other losses (unsigned, 8 bytes).</param>
    /// <param name="sortDelay">
    /// The time that objects wait to be sorted by their field <c>Time</c>, a <see cref="InstantType"/>; zero for the
    /// order of the buffers.
    /// </param>
    /// <exception cref="ArgumentException">A program puts out nothing, or was not loaded by this process.</exception>
    /// <exception cref="KernelException">The kernel refuses to map a buffer.</exception>
    public EventStream(
        IEnumerable<LoadedProgram> programs,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type? parent = null,
        IEnumerable<LiveVariable>? losses = null, TimeSpan sortDelay = default)
    {
        ArgumentNullException.ThrowIfNull(programs);
        _sources = new(programs);
        _reader = _sources.Open();
        _parent = parent;
        _losses = [.. losses ?? []];
        _decode = Decode;
        if (sortDelay > TimeSpan.Zero) _sorter = new(sortDelay);
    }

    /// <summary>The programs.</summary>
    public IReadOnlyList<LoadedProgram> Programs => _sources.Programs;

    /// <summary>Called after each batch of records, and before a wait; null for nothing.</summary>
    public Action? Between { get; set; }

    /// <summary>Reads until cancellation, the end of the time or the maximum.</summary>
    /// <param name="handler">Takes each object. An exception in it ends the reading.</param>
    /// <param name="timeout">How long to read; zero for what the buffers hold; null for no end.</param>
    /// <param name="max">The maximum number of objects to read; later ones stay in the buffer.</param>
    /// <param name="cancellation">Ends the reading at once; no exception is thrown.</param>
    /// <returns>The number of objects.</returns>
    public long Read(
        Action<EventObject> handler, TimeSpan? timeout = null, long max = long.MaxValue,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _handler = handler;
        var deadline = new Deadline(timeout);
        var count = 0L;
        while (count < max && !cancellation.IsCancellationRequested)
        {
            var drained = _reader.Drain(_decode, (int)Math.Min(deadline.IsNow ? int.MaxValue : Batch, max - count));
            count += _sorter?.Release(handler, max - count, deadline.IsNow) ?? drained;
            Between?.Invoke();
            if (count == max || deadline.IsOver || (drained == 0 && !Wait(deadline.Remaining, cancellation))) break;
            RecordReader.PauseAfterFewRecords(drained);
        }

        // Events from before the end of the time may still be in the buffer.
        if (deadline.IsOver && count < max && !cancellation.IsCancellationRequested)
        {
            var drained = _reader.Drain(_decode, (int)Math.Min(int.MaxValue, max - count));
            count += _sorter?.Release(handler, max - count, all: true) ?? drained;
        }

        return count;
    }

    /// <summary>Returns how many records the programs lost since the last call, of this or another stream.</summary>
    public long TakeLost()
    {
        var sum = 0L;
        foreach (var program in _sources.Programs.DistinctBy(one => RecordSources.LossMapOf(one).Id))
        {
            var reported = Reported.GetValue(program, static _ => new StrongBox<long>());
            var lost = RecordSources.LostBy(program);
            sum += lost - reported.Value;
            reported.Value = lost;
        }

        var others = _losses.Sum(variable => (long)(ulong)variable.Value!);
        sum += others - _otherLosses;
        _otherLosses = others;
        return sum;
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    // False at the end of the time or a cancellation, as RecordReader.Wait.
    private bool Wait(TimeSpan timeout, CancellationToken cancellation)
    {
        if (_sorter is null or { IsEmpty: true }) return _reader.Wait(timeout, cancellation);
        var due = _sorter.Remaining;
        var isShorter = timeout < TimeSpan.Zero || due < timeout;
        return _reader.Wait(isShorter ? due : timeout, cancellation)
            || (isShorter && !cancellation.IsCancellationRequested);
    }

    private void Decode(int buffer, ReadOnlySpan<byte> bytes)
    {
        var key = (buffer, MemoryMarshal.Read<uint>(bytes));
        if (!_decoders.TryGetValue(key, out var known))
        {
            var (program, kind) = _sources.Find(buffer, bytes);
            var type = program.Compiled!.Events!.Records[kind];
            var time = type.Fields.FirstOrDefault(field => field is { Name: "Time", Type: InstantType });
            _decoders[key] = known = (new(program, type, _parent), time);
        }

        var record = bytes[RecordSources.NumberSize..];
        var one = known.Decoder.Decode(record);
        if (_sorter is not null && known.Time is { } sorted)
            _sorter.Add(one, MemoryMarshal.Read<long>(record[sorted.Offset..]));
        else
            _handler!(one);
    }
}
