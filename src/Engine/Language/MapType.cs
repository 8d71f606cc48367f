namespace EbpfCat.Language;

/// <summary>The kind of a map. The values are the kernel's <c>enum bpf_map_type</c> (linux/bpf.h).</summary>
public enum MapType
{
    /// <summary>Not given.</summary>
    Unspecified = 0,
    /// <summary>A hash table.</summary>
    Hash = 1,
    /// <summary>An array, its key a 32-bit index; every entry always exists.</summary>
    Array = 2,
    /// <summary>Programs to jump to (tail calls).</summary>
    ProgramArray = 3,
    /// <summary>Per-processor buffers read by user space.</summary>
    PerfEventArray = 4,
    /// <summary>A hash table with a value of its own for each processor.</summary>
    PerCpuHash = 5,
    /// <summary>An array with values of its own for each processor.</summary>
    PerCpuArray = 6,
    /// <summary>Stack traces by their id.</summary>
    StackTrace = 7,
    /// <summary>Control groups to test membership against.</summary>
    CgroupArray = 8,
    /// <summary>A hash table that evicts the least recently used entries when it is full.</summary>
    LruHash = 9,
    /// <summary>The same with a value for each processor.</summary>
    LruPerCpuHash = 10,
    /// <summary>Longest prefix match, for addresses with a mask.</summary>
    LpmTrie = 11,
    /// <summary>An array whose values are maps.</summary>
    ArrayOfMaps = 12,
    /// <summary>A hash table whose values are maps.</summary>
    HashOfMaps = 13,
    /// <summary>Network devices to redirect to, by index.</summary>
    DevMap = 14,
    /// <summary>Sockets to redirect to.</summary>
    SockMap = 15,
    /// <summary>Processors to redirect to.</summary>
    CpuMap = 16,
    /// <summary>AF_XDP sockets to redirect to.</summary>
    XskMap = 17,
    /// <summary>Sockets by key.</summary>
    SockHash = 18,
    /// <summary>First in, first out.</summary>
    Queue = 22,
    /// <summary>Last in, first out.</summary>
    Stack = 23,
    /// <summary>Network devices to redirect to, by key. Linux 5.4.</summary>
    DevMapHash = 25,
    /// <summary>A ring buffer to user space. Linux 5.8.</summary>
    RingBuffer = 27,
    /// <summary>Set membership with false positives. Linux 5.16.</summary>
    BloomFilter = 30,
}
