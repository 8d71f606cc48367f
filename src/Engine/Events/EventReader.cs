namespace EbpfCat.Events;

/// <summary>
/// Reads what programs put out, as typed records. For one thread at a time. Its memory does not grow with the number of
/// records.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class EventReader : IDisposable
{
    private const int Batch = 1024;

    private readonly RecordSources _sources;
    private readonly RecordReader _reader;
    private readonly Queue<EventRecord> _waiting = new();
    private readonly RecordHandler _keep;

    /// <summary>Opens the buffers of programs.</summary>
    /// <param name="programs">
    /// Programs that put out records, loaded by this process. They must stay open as long as the reader.
    /// </param>
    /// <exception cref="ArgumentException">A program puts out nothing, or was not loaded by this process.</exception>
    /// <exception cref="KernelException">The kernel refuses to map a buffer.</exception>
    public EventReader(params IEnumerable<LoadedProgram> programs)
    {
        ArgumentNullException.ThrowIfNull(programs);
        _sources = new(programs);
        _reader = _sources.Open();
        _keep = Keep;
    }

    /// <summary>The programs.</summary>
    public IReadOnlyList<LoadedProgram> Programs => _sources.Programs;

    /// <summary>The number of records lost since loading because the buffer was full.</summary>
    public long Lost => _sources.Lost;

    /// <summary>The number of records that a program lost since it was loaded; the program counts them.</summary>
    public static long LostBy(LoadedProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return RecordSources.LostBy(program);
    }

    /// <summary>Reads records as they come, until cancellation or the end of the time.</summary>
    /// <param name="timeout">How long to read; zero for what the buffers hold; null for no end.</param>
    /// <param name="cancellation">Ends the reading at once; no exception is thrown.</param>
    /// <returns>The records. The next reading begins with those that were read ahead.</returns>
    public IEnumerable<EventRecord> Read(TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        var deadline = new Deadline(timeout);
        var isDone = false;
        while (!cancellation.IsCancellationRequested)
        {
            if (_waiting.TryDequeue(out var record))
            {
                yield return record;
                continue;
            }

            if (isDone) yield break;
            isDone = deadline.IsNow;
            if (_reader.Drain(_keep, deadline.IsNow ? int.MaxValue : Batch) > 0) continue;
            if (deadline.IsOver || !_reader.Wait(deadline.Remaining, cancellation)) yield break;
        }
    }

    /// <summary>Takes the records that the buffers hold, without waiting for more.</summary>
    /// <param name="max">The maximum number to take.</param>
    public IReadOnlyList<EventRecord> Take(int max = Batch)
    {
        if (_waiting.Count < max) _reader.Drain(_keep, max - _waiting.Count);
        var taken = new List<EventRecord>(Math.Min(max, _waiting.Count));
        while (taken.Count < max && _waiting.TryDequeue(out var record)) taken.Add(record);
        return taken;
    }

    /// <inheritdoc cref="RecordReader.Wait"/>
    public bool Wait(TimeSpan timeout, CancellationToken cancellation = default) =>
        _waiting.Count > 0 || _reader.Wait(timeout, cancellation);

    /// <summary>Reads records as they come, without an object for each.</summary>
    /// <param name="handler">Takes each record.</param>
    /// <param name="timeout">How long to read; zero for what the buffers hold; null for no end.</param>
    /// <param name="cancellation">Ends the reading after the current batch.</param>
    /// <returns>The number of records.</returns>
    public long Read(EventRecordHandler handler, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var count = 0L;
        for (; _waiting.TryDequeue(out var record); count++) handler(record.Program, record.Type, record.Bytes.Span);
        return count + _reader.Read(
            (buffer, bytes) =>
            {
                var (program, kind) = _sources.Find(buffer, bytes);
                var type = program.Compiled!.Events!.Records[kind];
                handler(program, type, ContentOf(type, bytes));
            },
            timeout,
            cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    // Bytes behind the record fill it up to the buffer's alignment.
    private static ReadOnlySpan<byte> ContentOf(StructType type, ReadOnlySpan<byte> bytes) => type.HasTexts
        ? bytes[RecordSources.NumberSize..] : bytes.Slice(RecordSources.NumberSize, type.Size);

    private void Keep(int buffer, ReadOnlySpan<byte> bytes)
    {
        var (program, kind) = _sources.Find(buffer, bytes);
        var type = program.Compiled!.Events!.Records[kind];
        _waiting.Enqueue(new EventRecord(program, type, ContentOf(type, bytes).ToArray()));
    }
}
