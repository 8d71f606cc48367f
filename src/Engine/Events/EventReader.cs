using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EbpfCat.Kernel;
using EbpfCat.Programs;

namespace EbpfCat.Events;

/// <summary>
/// Reads what programs put out, as typed records: by one thread at a time. The memory it takes does not grow with what is
/// read.
/// </summary>
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
    /// <param name="programs">Programs that put out records, loaded by this process; they must stay open as long as this.</param>
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

    /// <summary>
    /// How many records the programs could not put out since they were loaded, by their own count: all that were not
    /// delivered because the buffer was full.
    /// </summary>
    public long Lost => _programs.Sum(LostBy);

    /// <summary>How many records a program could not put out since it was loaded, by its own count.</summary>
    /// <param name="program">The program.</param>
    public static long LostBy(LoadedProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (program.Compiled?.Events is not { } events) return 0;
        var map = program.Maps[program.Compiled.Maps[events.LostMap].Name];
        if (map.Memory is { } memory) return Volatile.Read(ref MemoryMarshal.AsRef<long>(memory.Span[events.LostOffset..]));
        var value = new byte[map.Descriptor.ValueSize];
        Bpf.Lookup(map.Descriptor, new byte[sizeof(int)], value);
        return BinaryPrimitives.ReadInt64LittleEndian(value.AsSpan(events.LostOffset));
    }

    /// <summary>Reads records as they come, until it is cancelled or the time is up.</summary>
    /// <param name="timeout">How long to read; zero for what is there; null for ever.</param>
    /// <param name="cancellation">Ends the reading at once; nothing is thrown.</param>
    /// <returns>The records. Those taken out of a buffer but not asked for are the first of the next reading.</returns>
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

    /// <summary>Takes the records that are there, without waiting for more.</summary>
    /// <param name="most">How many to take at most.</param>
    /// <returns>The records, as many as there are: each call gives a list of its own.</returns>
    public IReadOnlyList<EventRecord> Take(int most = Batch)
    {
        if (_waiting.Count < most) _reader.Drain(_keep, most - _waiting.Count);
        var taken = new List<EventRecord>(Math.Min(most, _waiting.Count));
        while (taken.Count < most && _waiting.TryDequeue(out var record)) taken.Add(record);
        return taken;
    }

    /// <summary>Waits until there are records to <see cref="Take"/>.</summary>
    /// <param name="timeout">How long; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellation">Ends the wait at once.</param>
    /// <returns>Whether there may be some; false when the time is up or the wait was cancelled.</returns>
    public bool Wait(TimeSpan timeout, CancellationToken cancellation = default) =>
        _waiting.Count > 0 || _reader.Wait(timeout, cancellation);

    /// <summary>Reads records as they come without making an object of each: the fast way.</summary>
    /// <param name="handler">What to do with each record.</param>
    /// <param name="timeout">How long to read; zero for what is there; null for ever.</param>
    /// <param name="cancellation">Ends the reading at once, between two batches at the latest.</param>
    /// <returns>How many records there were.</returns>
    public long Read(EventRecordHandler handler, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var count = 0L;
        for (; _waiting.TryDequeue(out var record); count++) handler(record.Program, record.Type, record.Bytes.Span);
        return count + _reader.Read(
            (buffer, bytes) =>
            {
                var program = _programs[buffer];
                var type = program.Compiled!.Events!.Records[(int)MemoryMarshal.Read<uint>(bytes)];
                handler(program, type, bytes.Slice(NumberSize, type.Size));
            },
            timeout,
            cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    /// <summary>Opens the buffers of programs, in their order.</summary>
    internal static RecordReader OpenBuffers(IReadOnlyList<LoadedProgram> programs)
    {
        if (programs.FirstOrDefault(program => program.Compiled?.Events is null) is { } silent)
            throw new ArgumentException($"The program '{silent.Name}' puts out nothing, or another process loaded it.", nameof(programs));
        return new RecordReader(programs.Select(program =>
            (program.Maps[program.Compiled!.Maps[program.Compiled.Events!.Map].Name], program.Compiled.Definition.BufferSize)));
    }

    private void Keep(int buffer, ReadOnlySpan<byte> bytes)
    {
        var program = _programs[buffer];
        var type = program.Compiled!.Events!.Records[(int)MemoryMarshal.Read<uint>(bytes)];
        _waiting.Enqueue(new EventRecord(program, type, bytes.Slice(NumberSize, type.Size).ToArray()));
    }
}
