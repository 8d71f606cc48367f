namespace EbpfCat.Events;

/// <summary>
/// Reads what programs put out, as typed records. For one thread at a time. Its memory does not grow with the number of
/// records.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class EventReader : IDisposable
{
    // A record begins with the number of its kind, in 8 bytes so that what follows is aligned.
    internal const int NumberSize = 8;

    private const int Batch = 1024;

    private readonly LoadedProgram[] _programs;
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
        _programs = [.. programs];
        _reader = OpenBuffers(_programs);
        _keep = Keep;
    }

    /// <summary>The programs.</summary>
    public IReadOnlyList<LoadedProgram> Programs => _programs;

    /// <summary>The number of records lost since loading because the buffer was full.</summary>
    public long Lost => _programs.Sum(LostBy);

    /// <summary>The number of records that a program lost since it was loaded; the program counts them.</summary>
    public static long LostBy(LoadedProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (program.Compiled?.Events is not { } events) return 0;
        var map = program.Maps[program.Compiled.Maps[events.LostMap].Name];
        if (map.Memory is { } memory)
            return Volatile.Read(ref MemoryMarshal.AsRef<long>(memory.Span[events.LostOffset..]));
        var value = new byte[map.Descriptor.ValueSize];
        Bpf.Lookup(map.Descriptor, new byte[sizeof(int)], value);
        return BinaryPrimitives.ReadInt64LittleEndian(value.AsSpan(events.LostOffset));
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
                var type = TypeOf(buffer, bytes);
                handler(_programs[buffer], type, bytes.Slice(NumberSize, type.Size));
            },
            timeout,
            cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    /// <summary>Returns the kinds of records of a program, and where they come out.</summary>
    /// <exception cref="ArgumentException">The program puts out nothing, or another process loaded it.</exception>
    internal static EventLayout LayoutOf(LoadedProgram program) => program.Compiled?.Events
        ?? throw new ArgumentException(
            $"The program '{program.Name}' puts out nothing, or another process loaded it.", nameof(program));

    /// <summary>Opens the buffers of programs, in their order.</summary>
    internal static RecordReader OpenBuffers(IReadOnlyList<LoadedProgram> programs)
    {
        (LiveMap, int)[] buffers = [.. programs.Select(program =>
        {
            var map = LayoutOf(program).Map;
            return (program.Maps[program.Compiled!.Maps[map].Name], program.Compiled.Definition.BufferSize);
        })];
        return new RecordReader(buffers);
    }

    private StructType TypeOf(int buffer, ReadOnlySpan<byte> bytes) =>
        _programs[buffer].Compiled!.Events!.Records[(int)MemoryMarshal.Read<uint>(bytes)];

    private void Keep(int buffer, ReadOnlySpan<byte> bytes)
    {
        var type = TypeOf(buffer, bytes);
        _waiting.Enqueue(new EventRecord(_programs[buffer], type, bytes.Slice(NumberSize, type.Size).ToArray()));
    }
}
