namespace EbpfCat.Kernel;

/// <summary>The commands of bpf(2) (<c>enum bpf_cmd</c>), each with the kernel and capability it needs.</summary>
internal enum BpfCommand
{
    [Since(3, 18), Requires(Capability.Bpf)] MapCreate = 0, // Makes a map
    [Since(3, 18)] MapLookupElement = 1, // Reads the value of a key
    [Since(3, 18)] MapUpdateElement = 2, // Sets the value of a key
    [Since(3, 18)] MapDeleteElement = 3, // Removes a key
    [Since(3, 18)] MapGetNextKey = 4, // Finds the key after a key
    [Since(3, 18), Requires(Capability.Bpf)] ProgramLoad = 5, // Verifies and loads a program
    [Since(4, 4)] ObjectPin = 6, // Gives an object a name in the BPF file system
    [Since(4, 4)] ObjectGet = 7, // Opens an object by its name in the BPF file system
    [Since(4, 10)] ProgramAttach = 8, // Attaches a program without a link
    [Since(4, 10)] ProgramDetach = 9, // Detaches a program attached without a link
    [Since(4, 12)] ProgramTestRun = 10, // Runs a program on given data
    [Since(4, 13), Requires(Capability.SysAdmin)] ProgramGetNextId = 11, // Finds the program after an id
    [Since(4, 13), Requires(Capability.SysAdmin)] MapGetNextId = 12, // Finds the map after an id
    [Since(4, 13), Requires(Capability.SysAdmin)] ProgramGetFdById = 13, // Opens a program by its id
    [Since(4, 13), Requires(Capability.SysAdmin)] MapGetFdById = 14, // Opens a map by its id
    [Since(4, 13)] ObjectGetInfoByFd = 15, // Describes an object
    [Since(4, 15), Requires(Capability.NetAdmin)] ProgramQuery = 16, // Lists the programs of a hook
    // Attaches to a raw tracepoint or, with a program that names it, a BTF-typed target
    [Since(4, 17), Requires(Capability.PerfMon)] RawTracepointOpen = 17,
    [Since(4, 18), Requires(Capability.Bpf)] BtfLoad = 18, // Loads type information
    [Since(4, 18), Requires(Capability.SysAdmin)] BtfGetFdById = 19, // Opens type information by its id
    [Since(4, 18), Requires(Capability.SysAdmin)] TaskFdQuery = 20, // Tells what a perf event of a process traces
    [Since(4, 20)] MapLookupAndDeleteElement = 21, // Reads and removes an entry
    [Since(5, 2)] MapFreeze = 22, // Makes a map read-only for user space
    [Since(5, 4), Requires(Capability.SysAdmin)] BtfGetNextId = 23, // Finds the type information after an id
    [Since(5, 6)] MapLookupBatch = 24, // Reads many entries
    [Since(5, 6)] MapLookupAndDeleteBatch = 25, // Reads and removes many entries
    [Since(5, 6)] MapUpdateBatch = 26, // Sets many entries
    [Since(5, 6)] MapDeleteBatch = 27, // Removes many keys
    [Since(5, 7)] LinkCreate = 28, // Attaches a program by a link
    [Since(5, 7)] LinkUpdate = 29, // Replaces the program of a link
    [Since(5, 8), Requires(Capability.SysAdmin)] LinkGetFdById = 30, // Opens a link by its id
    [Since(5, 8), Requires(Capability.SysAdmin)] LinkGetNextId = 31, // Finds the link after an id
    // Counts runs and run times while its descriptor is open
    [Since(5, 8), Requires(Capability.SysAdmin)] EnableStats = 32,
    [Since(5, 8)] IteratorCreate = 33, // Starts a reading of an iterator
    [Since(5, 9)] LinkDetach = 34, // Detaches a link that stays open
    [Since(5, 10)] ProgramBindMap = 35, // Keeps a map as long as a program
    [Since(6, 9)] TokenCreate = 36, // Makes a token that delegates bpf(2)
    [Since(6, 17)] ProgramStreamRead = 37, // Reads what a program wrote to its streams
}
