namespace EbpfCat.Kernel;

/// <summary>
/// The commands of bpf(2), <c>enum bpf_cmd</c> of <c>linux/bpf.h</c>, with the kernel that has them
/// first and the capability that any use of them needs.
/// </summary>
public enum BpfCommand
{
    /// <summary>Makes a map.</summary>
    [Since(3, 18), Requires(Capability.Bpf)]
    MapCreate = 0,

    /// <summary>Reads the value of a key.</summary>
    [Since(3, 18)]
    MapLookupElement = 1,

    /// <summary>Sets the value of a key.</summary>
    [Since(3, 18)]
    MapUpdateElement = 2,

    /// <summary>Removes a key.</summary>
    [Since(3, 18)]
    MapDeleteElement = 3,

    /// <summary>Finds the key after a key.</summary>
    [Since(3, 18)]
    MapGetNextKey = 4,

    /// <summary>Verifies and loads a program.</summary>
    [Since(3, 18), Requires(Capability.Bpf)]
    ProgramLoad = 5,

    /// <summary>Gives an object a name in the BPF file system.</summary>
    [Since(4, 4)]
    ObjectPin = 6,

    /// <summary>Opens an object by its name in the BPF file system.</summary>
    [Since(4, 4)]
    ObjectGet = 7,

    /// <summary>Attaches a program without a link.</summary>
    [Since(4, 10)]
    ProgramAttach = 8,

    /// <summary>Detaches a program attached without a link.</summary>
    [Since(4, 10)]
    ProgramDetach = 9,

    /// <summary>Runs a program on given data.</summary>
    [Since(4, 12)]
    ProgramTestRun = 10,

    /// <summary>Finds the program after an id.</summary>
    [Since(4, 13), Requires(Capability.SysAdmin)]
    ProgramGetNextId = 11,

    /// <summary>Finds the map after an id.</summary>
    [Since(4, 13), Requires(Capability.SysAdmin)]
    MapGetNextId = 12,

    /// <summary>Opens a program by its id.</summary>
    [Since(4, 13), Requires(Capability.SysAdmin)]
    ProgramGetFdById = 13,

    /// <summary>Opens a map by its id.</summary>
    [Since(4, 13), Requires(Capability.SysAdmin)]
    MapGetFdById = 14,

    /// <summary>Describes an object.</summary>
    [Since(4, 13)]
    ObjectGetInfoByFd = 15,

    /// <summary>Lists the programs of a hook.</summary>
    [Since(4, 15), Requires(Capability.NetAdmin)]
    ProgramQuery = 16,

    /// <summary>Attaches to a raw tracepoint or, with a program that names it, a BTF-typed target.</summary>
    [Since(4, 17), Requires(Capability.PerfMon)]
    RawTracepointOpen = 17,

    /// <summary>Loads type information.</summary>
    [Since(4, 18), Requires(Capability.Bpf)]
    BtfLoad = 18,

    /// <summary>Opens type information by its id.</summary>
    [Since(4, 18), Requires(Capability.SysAdmin)]
    BtfGetFdById = 19,

    /// <summary>Tells what a perf event of a process traces.</summary>
    [Since(4, 18), Requires(Capability.SysAdmin)]
    TaskFdQuery = 20,

    /// <summary>Reads and removes an entry.</summary>
    [Since(4, 20)]
    MapLookupAndDeleteElement = 21,

    /// <summary>Makes a map read-only for user space.</summary>
    [Since(5, 2)]
    MapFreeze = 22,

    /// <summary>Finds the type information after an id.</summary>
    [Since(5, 4), Requires(Capability.SysAdmin)]
    BtfGetNextId = 23,

    /// <summary>Reads many entries.</summary>
    [Since(5, 6)]
    MapLookupBatch = 24,

    /// <summary>Reads and removes many entries.</summary>
    [Since(5, 6)]
    MapLookupAndDeleteBatch = 25,

    /// <summary>Sets many entries.</summary>
    [Since(5, 6)]
    MapUpdateBatch = 26,

    /// <summary>Removes many keys.</summary>
    [Since(5, 6)]
    MapDeleteBatch = 27,

    /// <summary>Attaches a program by a link.</summary>
    [Since(5, 7)]
    LinkCreate = 28,

    /// <summary>Replaces the program of a link.</summary>
    [Since(5, 7)]
    LinkUpdate = 29,

    /// <summary>Opens a link by its id.</summary>
    [Since(5, 8), Requires(Capability.SysAdmin)]
    LinkGetFdById = 30,

    /// <summary>Finds the link after an id.</summary>
    [Since(5, 8), Requires(Capability.SysAdmin)]
    LinkGetNextId = 31,

    /// <summary>Counts runs and run times while its descriptor is open.</summary>
    [Since(5, 8), Requires(Capability.SysAdmin)]
    EnableStats = 32,

    /// <summary>Starts a reading of an iterator.</summary>
    [Since(5, 8)]
    IteratorCreate = 33,

    /// <summary>Detaches a link that stays open.</summary>
    [Since(5, 9)]
    LinkDetach = 34,

    /// <summary>Keeps a map as long as a program.</summary>
    [Since(5, 10)]
    ProgramBindMap = 35,

    /// <summary>Makes a token that delegates bpf(2).</summary>
    [Since(6, 9)]
    TokenCreate = 36,

    /// <summary>Reads what a program wrote to its streams.</summary>
    [Since(6, 17)]
    ProgramStreamRead = 37,
}
