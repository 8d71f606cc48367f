namespace EbpfCat.Kernel;

/// <summary>
/// The kinds of maps, <c>enum bpf_map_type</c> of <c>linux/bpf.h</c>.
/// </summary>
public enum BpfMapType : uint
{
    /// <summary>No type.</summary>
    Unspecified = 0,

    /// <summary>Hash table of any key and value.</summary>
    [Since(3, 19)]
    Hash = 1,

    /// <summary>Array indexed by a 32-bit number; all entries exist from the start.</summary>
    [Since(3, 19)]
    Array = 2,

    /// <summary>Programs to tail-call, by index.</summary>
    [Since(4, 2)]
    ProgramArray = 3,

    /// <summary>Perf events, one a processor as a rule: the buffer before the ring buffer.</summary>
    [Since(4, 3)]
    PerfEventArray = 4,

    /// <summary>Hash table with one value for each possible processor.</summary>
    [Since(4, 6)]
    PerCpuHash = 5,

    /// <summary>Array with one value for each possible processor.</summary>
    [Since(4, 6)]
    PerCpuArray = 6,

    /// <summary>Stack traces by the id that <c>bpf_get_stackid</c> gives.</summary>
    [Since(4, 6)]
    StackTrace = 7,

    /// <summary>Control groups to test membership in.</summary>
    [Since(4, 8)]
    CgroupArray = 8,

    /// <summary>Hash table that drops the least recently used entries when full.</summary>
    [Since(4, 10)]
    LruHash = 9,

    /// <summary>Per-processor hash table that drops the least recently used entries when full.</summary>
    [Since(4, 10)]
    LruPerCpuHash = 10,

    /// <summary>Longest-prefix match: a key is a 32-bit prefix length and the data in network order.</summary>
    [Since(4, 11)]
    LpmTrie = 11,

    /// <summary>Array whose values are maps.</summary>
    [Since(4, 12)]
    ArrayOfMaps = 12,

    /// <summary>Hash table whose values are maps.</summary>
    [Since(4, 12)]
    HashOfMaps = 13,

    /// <summary>Network devices to redirect to, by index.</summary>
    [Since(4, 14), Requires(Capability.NetAdmin)]
    DevMap = 14,

    /// <summary>Sockets to redirect to, by index.</summary>
    [Since(4, 14), Requires(Capability.NetAdmin)]
    SockMap = 15,

    /// <summary>Processors to redirect packets to.</summary>
    [Since(4, 15)]
    CpuMap = 16,

    /// <summary>AF_XDP sockets to redirect to.</summary>
    [Since(4, 18), Requires(Capability.NetAdmin)]
    XskMap = 17,

    /// <summary>Sockets to redirect to, by any key.</summary>
    [Since(4, 18), Requires(Capability.NetAdmin)]
    SockHash = 18,

    /// <summary>Storage of a control group and attachment (deprecated).</summary>
    [Since(4, 19)]
    CgroupStorage = 19,

    /// <summary>Sockets of a reuseport group.</summary>
    [Since(4, 19)]
    ReuseportSockArray = 20,

    /// <summary>As CgroupStorage, with one value for each processor (deprecated).</summary>
    [Since(4, 20)]
    PerCpuCgroupStorage = 21,

    /// <summary>First in, first out; no keys.</summary>
    [Since(4, 20)]
    Queue = 22,

    /// <summary>Last in, first out; no keys.</summary>
    [Since(4, 20)]
    Stack = 23,

    /// <summary>Storage that belongs to a socket.</summary>
    [Since(5, 2)]
    SkStorage = 24,

    /// <summary>Network devices to redirect to, by any 32-bit key.</summary>
    [Since(5, 4), Requires(Capability.NetAdmin)]
    DevMapHash = 25,

    /// <summary>Kernel operations implemented by programs.</summary>
    [Since(5, 6), Requires(Capability.NetAdmin)]
    StructOps = 26,

    /// <summary>Ring buffer shared by all processors; the maximum of entries is its size in bytes.</summary>
    [Since(5, 8)]
    RingBuffer = 27,

    /// <summary>Storage that belongs to an inode.</summary>
    [Since(5, 10)]
    InodeStorage = 28,

    /// <summary>Storage that belongs to a task.</summary>
    [Since(5, 11)]
    TaskStorage = 29,

    /// <summary>Bloom filter; no keys.</summary>
    [Since(5, 16)]
    BloomFilter = 30,

    /// <summary>Ring buffer from user space to programs.</summary>
    [Since(6, 1)]
    UserRingBuffer = 31,

    /// <summary>Storage that belongs to a control group.</summary>
    [Since(6, 2)]
    CgrpStorage = 32,

    /// <summary>Sparse memory shared by program and user space.</summary>
    [Since(6, 9)]
    Arena = 33,
}
