namespace EbpfCat.Programs;

/// <summary>A program that was in the kernel when it was looked at. It is not held: it may be gone since.</summary>
public sealed record KernelProgram
{
    /// <summary>The number that the kernel knows it by, unique as long as it lives.</summary>
    public uint Id { get; init; }

    /// <summary>The name, or empty. Without type information it is cut after 15 characters.</summary>
    public string Name { get; init; } = "";

    /// <summary>The program type; a number if this library does not know it.</summary>
    public ProgramType Type { get; init; }

    /// <summary>The kernel's hash of the instructions: 16 hexadecimal digits.</summary>
    public string Tag { get; init; } = "";

    /// <summary>When it was loaded.</summary>
    public DateTime LoadTime { get; init; }

    /// <summary>The id of the user who loaded it.</summary>
    public uint UserId { get; init; }

    /// <summary>The number of instructions in slots of eight bytes, as the verifier left them.</summary>
    public int InstructionCount { get; init; }

    /// <summary>The size of the native code in bytes; 0 where it is interpreted.</summary>
    public int NativeSize { get; init; }

    /// <summary>Whether its license is compatible with the GPL.</summary>
    public bool IsGplCompatible { get; init; }

    /// <summary>The ids of the maps that it uses.</summary>
    public IReadOnlyList<uint> MapIds { get; init; } = [];

    /// <summary>The counted runs (<c>sysctl kernel.bpf_stats_enabled=1</c>, Linux 5.1).</summary>
    public ulong RunCount { get; init; }

    /// <summary>How long it ran, while runs were counted.</summary>
    public TimeSpan RunTime { get; init; }

    /// <summary>All programs in the kernel, by id. Needs CAP_SYS_ADMIN.</summary>
    public static IEnumerable<KernelProgram> All() => Inventory.Programs().Select(From);

    /// <summary>The program of an id, or null where there is none.</summary>
    public static KernelProgram? Find(uint id) => Inventory.FindProgram(id) is { } info ? From(info) : null;

    /// <summary>Opens it with its maps, to be disposed.</summary>
    /// <exception cref="KernelException">ENOENT: it is gone.</exception>
    public LoadedProgram Open() => LoadedProgram.FromId(Id);

    // The kernel tells the time since boot, with the time it was suspended.
    private static KernelProgram From(ProgramInfo info) => new()
    {
        Id = info.Id,
        Name = info.Name,
        Type = (ProgramType)info.Type,
        Tag = info.Tag,
        LoadTime = DateTime.Now - TimeSpan.FromMilliseconds(Environment.TickCount64) + info.LoadTime,
        UserId = info.UserId,
        InstructionCount = info.InstructionSize / 8,
        NativeSize = info.NativeSize,
        IsGplCompatible = info.IsGplCompatible,
        MapIds = info.MapIds,
        RunCount = info.RunCount,
        RunTime = info.RunTime,
    };
}
