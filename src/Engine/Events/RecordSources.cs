namespace EbpfCat.Events;

/// <summary>Programs that put out records, by the buffer and the number at the start of a record.</summary>
internal sealed class RecordSources
{
    // A record begins with the number of its kind, in 8 bytes so that what follows is aligned.
    public const int NumberSize = 8;

    private readonly LoadedProgram?[][] _programs;

    /// <exception cref="ArgumentException">A program puts out nothing, or was not loaded by this process.</exception>
    public RecordSources(params IEnumerable<LoadedProgram> programs)
    {
        Programs = programs.ToArray();
        _programs = [.. Programs.GroupBy(one => BufferOf(one).Id).Select(buffer =>
        {
            var byIndex = new LoadedProgram?[buffer.Max(one => LayoutOf(one).Program) + 1];
            foreach (var program in buffer) byIndex[LayoutOf(program).Program] = program;
            return byIndex;
        })];
    }

    public IReadOnlyList<LoadedProgram> Programs { get; }

    /// <summary>The number of records that the programs lost since they were loaded.</summary>
    public long Lost => Programs.DistinctBy(one => LossMapOf(one).Id).Sum(LostBy);

    /// <summary>Returns the kinds of records of a program, and where they come out.</summary>
    /// <exception cref="ArgumentException">The program puts out nothing, or another process loaded it.</exception>
    public static EventLayout LayoutOf(LoadedProgram program) => program.Compiled?.Events
        ?? throw new ArgumentException(
            $"The program '{program.Name}' puts out nothing, or another process loaded it.", nameof(program));

    /// <summary>The map in which a program counts lost records.</summary>
    public static LiveMap LossMapOf(LoadedProgram program) => MapOf(program, LayoutOf(program).LostMap);

    /// <summary>The number of records that a program lost since it was loaded; the program counts them.</summary>
    public static long LostBy(LoadedProgram program)
    {
        if (program.Compiled?.Events is not { } events) return 0;
        var map = LossMapOf(program);
        if (map.Memory is { } memory)
            return Volatile.Read(ref MemoryMarshal.AsRef<long>(memory.Span[events.LostOffset..]));
        var value = new byte[map.Descriptor.ValueSize];
        Bpf.Lookup(map.Descriptor, new byte[sizeof(int)], value);
        return BinaryPrimitives.ReadInt64LittleEndian(value.AsSpan(events.LostOffset));
    }

    /// <summary>Opens the buffers.</summary>
    /// <exception cref="KernelException">The kernel refuses to map a buffer.</exception>
    public RecordReader Open() => new(_programs.Select(programs =>
    {
        var first = programs.First(one => one is not null)!;
        return first.Output is { } open
            ? (open, false) : (RecordBuffer.Open(BufferOf(first), first.Compiled!.Definition.BufferSize), true);
    }));

    /// <summary>Finds the program and the kind of a record.</summary>
    /// <exception cref="InvalidOperationException">A program that is not read here shares the buffer.</exception>
    public (LoadedProgram Program, int Kind) Find(int buffer, ReadOnlySpan<byte> record)
    {
        var (index, kind) = EventLayout.Split(MemoryMarshal.Read<uint>(record));
        var programs = _programs[buffer];
        return index < programs.Length && programs[index] is { } program
            ? (program, kind)
            : throw new InvalidOperationException(
                "Several programs share this buffer: read the output of all of them together.");
    }

    private static LiveMap BufferOf(LoadedProgram program) => MapOf(program, LayoutOf(program).Map);

    private static LiveMap MapOf(LoadedProgram program, int index) => program.Maps[program.Compiled!.Maps[index].Name];
}
