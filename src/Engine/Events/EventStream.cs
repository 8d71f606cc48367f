using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EbpfCat.Kernel;
using EbpfCat.Maps;
using EbpfCat.Programs;

namespace EbpfCat.Events;

/// <summary>
/// What programs put out, as objects: each goes to a handler as it comes. The memory it takes does not grow with what is
/// read. By one thread at a time.
/// </summary>
public sealed class EventStream : IDisposable
{
    // Between two batches it is looked whether the time is up, and what else there is to do.
    private const int Batch = 256;

    // How many lost records of a program were told of, so that nobody is told twice: not by the next stream either.
    private static readonly ConditionalWeakTable<LoadedProgram, StrongBox<long>> Told = [];

    private readonly LoadedProgram[] _programs;
    private readonly EventDecoder?[][] _decoders;
    private readonly RecordReader _reader;
    private readonly RecordHandler _decode;
    private readonly Type? _parent;
    private readonly LiveVariable[] _losses;
    private long _otherLosses;
    private Action<EventObject>? _handler;

    /// <summary>Opens the buffers of programs.</summary>
    /// <param name="programs">Programs that put out records, loaded by this process; they must stay open as long as this.</param>
    /// <param name="parent">The class that those of the objects are to derive from; see <see cref="EventDecoder"/>.</param>
    /// <param name="losses">Variables in which programs count what else they lost (unsigned, 8 bytes).</param>
    /// <exception cref="ArgumentException">A program puts out nothing, or was not loaded by this process.</exception>
    /// <exception cref="KernelException">The kernel refuses to map a buffer.</exception>
    public EventStream(IEnumerable<LoadedProgram> programs, Type? parent = null, IEnumerable<LiveVariable>? losses = null)
    {
        ArgumentNullException.ThrowIfNull(programs);
        _programs = [.. programs];
        _reader = EventReader.OpenBuffers(_programs);
        _decoders = [.. _programs.Select(program => new EventDecoder?[program.Compiled!.Events!.Records.Count])];
        _parent = parent;
        _losses = [.. losses ?? []];
        _decode = Decode;
    }

    /// <summary>What to do between two batches of records, and before it waits for more; null for nothing.</summary>
    public Action? Between { get; set; }

    /// <summary>Reads until it is cancelled, the time is up or there were enough.</summary>
    /// <param name="handler">What to do with each object. What it throws ends the reading.</param>
    /// <param name="timeout">How long to read; zero for what is there; null for ever.</param>
    /// <param name="most">How many to read at most; what comes after them stays in the buffer.</param>
    /// <param name="cancellation">Ends the reading at once; nothing is thrown.</param>
    /// <returns>How many there were.</returns>
    public long Read(
        Action<EventObject> handler, TimeSpan? timeout = null, long most = long.MaxValue, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _handler = handler;
        var deadline = new Deadline(timeout);
        var count = 0L;
        while (count < most && !cancellation.IsCancellationRequested)
        {
            var drained = _reader.Drain(_decode, (int)Math.Min(deadline.IsNow ? int.MaxValue : Batch, most - count));
            count += drained;
            Between?.Invoke();
            if (deadline.IsOver || (drained == 0 && !_reader.Wait(deadline.Remaining, cancellation))) break;
            if (count < most) RecordReader.LetGather(drained);
        }

        // What happened before the time was up is not left behind.
        if (deadline.IsOver && count < most && !cancellation.IsCancellationRequested)
            count += _reader.Drain(_decode, (int)Math.Min(int.MaxValue, most - count));
        return count;
    }

    /// <summary>How many records the programs lost since this was asked last, of this or another stream.</summary>
    public long TakeLost()
    {
        var sum = 0L;
        foreach (var program in _programs)
        {
            var told = Told.GetValue(program, static _ => new StrongBox<long>());
            var lost = EventReader.LostBy(program);
            sum += lost - told.Value;
            told.Value = lost;
        }

        var others = _losses.Sum(variable => (long)(ulong)variable.Value!);
        sum += others - _otherLosses;
        _otherLosses = others;
        return sum;
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private void Decode(int buffer, ReadOnlySpan<byte> bytes)
    {
        var number = (int)MemoryMarshal.Read<uint>(bytes);
        var decoder = _decoders[buffer][number]
            ??= new EventDecoder(_programs[buffer], _programs[buffer].Compiled!.Events!.Records[number], _parent);
        _handler!(decoder.Decode(bytes[EventReader.NumberSize..]));
    }
}
