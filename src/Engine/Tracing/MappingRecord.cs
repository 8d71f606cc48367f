namespace EbpfCat.Tracing;

/// <summary>What the kernel reported of the code that a process maps.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Time">The time, of the clock of perf events.</param>
/// <param name="ParentId">The process that it was forked from; 0 for other records.</param>
/// <param name="Mapping">The new mapping, or null.</param>
internal sealed record MappingRecord(
    MappingRecordKind Kind, ulong Time, int ProcessId, int ParentId = 0, ProcessMapping? Mapping = null)
{
    private const int MiscNameByExecute = 1 << 13; // PERF_RECORD_MISC_COMM_EXEC

    // struct perf_record_mmap2: the name of the file follows, and the time is at the end.
    private const int PathOffset = 64;
    private const int TimeSize = 8;

    /// <summary>Reads a record of perf_event_open(2); null for one that does not matter, as of threads.</summary>
    /// <param name="body">The record without its header.</param>
    public static MappingRecord? Read(uint type, int misc, ReadOnlySpan<byte> body)
    {
        var time = BinaryPrimitives.ReadUInt64LittleEndian(body[^TimeSize..]);
        var (process, second) = ((int)Number(body, 0), (int)Number(body, 4));
        return (MappingRecordKind)type switch
        {
            MappingRecordKind.Execute when (misc & MiscNameByExecute) != 0 =>
                new(MappingRecordKind.Execute, time, process),
            // A thread that is created or ends has the id of its process.
            MappingRecordKind.Fork when second != process => new(MappingRecordKind.Fork, time, process, second),
            MappingRecordKind.Exit when Number(body, 8) == process => new(MappingRecordKind.Exit, time, process),
            MappingRecordKind.Map => new(MappingRecordKind.Map, time, process, Mapping: MappingOf(body[..^TimeSize])),
            _ => null,
        };
    }

    private static ProcessMapping MappingOf(ReadOnlySpan<byte> body)
    {
        var start = BinaryPrimitives.ReadUInt64LittleEndian(body[8..]);
        var device = FormattableString.Invariant($"{Number(body, 32):x2}:{Number(body, 36):x2}");
        var name = Kernel.Text.FromCString(body[PathOffset..]);
        return new ProcessMapping(
            start, start + BinaryPrimitives.ReadUInt64LittleEndian(body[16..]), "r-xp",
            BinaryPrimitives.ReadUInt64LittleEndian(body[24..]), device,
            BinaryPrimitives.ReadUInt64LittleEndian(body[40..]),
            // Anonymous memory has the name //anon.
            name.StartsWith("//", StringComparison.Ordinal) ? "" : name, IsDeleted: false);
    }

    private static uint Number(ReadOnlySpan<byte> body, int offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(body[offset..]);
}

/// <summary>The kind of a <see cref="MappingRecord"/>: <c>PERF_RECORD_*</c> of linux/perf_event.h.</summary>
internal enum MappingRecordKind
{
    /// <summary>The process executes another program (COMM).</summary>
    Execute = 3,
    /// <summary>The process ended (EXIT).</summary>
    Exit = 4,
    /// <summary>The process was forked (FORK).</summary>
    Fork = 7,
    /// <summary>The process mapped code (MMAP2).</summary>
    Map = 10,
}
