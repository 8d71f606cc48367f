namespace EbpfCat.Kernel;

/// <summary>The kinds of maps, <c>enum bpf_map_type</c> of <c>linux/bpf.h</c>.</summary>
internal enum BpfMapType : uint
{
    Unspecified = 0,
    [Since(3, 19)] Hash = 1, // Hash table of any key and value
    [Since(3, 19)] Array = 2, // Array indexed by a 32-bit number; all entries exist from the start
    [Since(4, 2)] ProgramArray = 3, // Programs to tail-call, by index
    [Since(4, 3)] PerfEventArray = 4, // Perf events, one a processor as a rule: the buffer before the ring buffer
    [Since(4, 6)] PerCpuHash = 5, // Hash table with one value for each possible processor
    [Since(4, 6)] PerCpuArray = 6, // Array with one value for each possible processor
    [Since(4, 6)] StackTrace = 7, // Stack traces by the id that bpf_get_stackid gives
    [Since(4, 8)] CgroupArray = 8, // Control groups to test membership in
    [Since(4, 10)] LruHash = 9, // Hash table that drops the least recently used entries when full
    [Since(4, 10)] LruPerCpuHash = 10, // Per-processor hash table that drops the least recently used entries when full
    [Since(4, 11)] LpmTrie = 11, // Longest-prefix match: a key is a 32-bit prefix length and the data in network order
    [Since(4, 12)] ArrayOfMaps = 12, // Array whose values are maps
    [Since(4, 12)] HashOfMaps = 13, // Hash table whose values are maps
    [Since(4, 14), Requires(Capability.NetAdmin)] DevMap = 14, // Network devices to redirect to, by index
    [Since(4, 14), Requires(Capability.NetAdmin)] SockMap = 15, // Sockets to redirect to, by index
    [Since(4, 15)] CpuMap = 16, // Processors to redirect packets to
    [Since(4, 18), Requires(Capability.NetAdmin)] XskMap = 17, // AF_XDP sockets to redirect to
    [Since(4, 18), Requires(Capability.NetAdmin)] SockHash = 18, // Sockets to redirect to, by any key
    [Since(4, 19)] CgroupStorage = 19, // Storage of a control group and attachment (deprecated)
    [Since(4, 19)] ReuseportSockArray = 20, // Sockets of a reuseport group
    [Since(4, 20)] PerCpuCgroupStorage = 21, // As CgroupStorage, with one value for each processor (deprecated)
    [Since(4, 20)] Queue = 22, // First in, first out; no keys
    [Since(4, 20)] Stack = 23, // Last in, first out; no keys
    [Since(5, 2)] SkStorage = 24, // Storage that belongs to a socket
    [Since(5, 4), Requires(Capability.NetAdmin)] DevMapHash = 25, // Network devices to redirect to, by any 32-bit key
    [Since(5, 6), Requires(Capability.NetAdmin)] StructOps = 26, // Kernel operations implemented by programs
    [Since(5, 8)] RingBuffer = 27, // Ring buffer shared by all processors; the maximum of entries is its size in bytes
    [Since(5, 10)] InodeStorage = 28, // Storage that belongs to an inode
    [Since(5, 11)] TaskStorage = 29, // Storage that belongs to a task
    [Since(5, 16)] BloomFilter = 30, // Bloom filter; no keys
    [Since(6, 1)] UserRingBuffer = 31, // Ring buffer from user space to programs
    [Since(6, 2)] CgrpStorage = 32, // Storage that belongs to a control group
    [Since(6, 9)] Arena = 33, // Sparse memory shared by program and user space
}
