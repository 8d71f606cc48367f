namespace EbpfCat.Kernel;

/// <summary>How a map is made (<c>BPF_F_*</c> of BPF_MAP_CREATE in <c>linux/bpf.h</c>).</summary>
[Flags]
internal enum BpfMapFlags : uint
{
    None = 0,
    // Entries are allocated when inserted (BPF_F_NO_PREALLOC); an LPM trie needs it
    [Since(4, 6)] NoPreallocation = 1 << 0,
    [Since(4, 10)] NoCommonLru = 1 << 1, // Each processor has its own list of least recently used entries
    [Since(4, 14)] NumaNode = 1 << 2, // The map is allocated on the NUMA node given
    [Since(4, 15)] ReadOnly = 1 << 3, // User space may only read
    [Since(4, 15)] WriteOnly = 1 << 4, // User space may only write
    [Since(4, 17)] StackBuildId = 1 << 5, // Stack traces hold build ids and offsets in place of addresses
    [Since(5, 0)] ZeroSeed = 1 << 6, // The hash has no random seed: for tests only
    [Since(5, 2)] ReadOnlyProgram = 1 << 7, // Programs may only read
    [Since(5, 2)] WriteOnlyProgram = 1 << 8, // Programs may only write
    [Since(5, 4)] Clone = 1 << 9, // A socket's storage is copied to the sockets it accepts
    [Since(5, 5)] Mappable = 1 << 10, // User space may map the values of an array (BPF_F_MMAPABLE)
    [Since(5, 10)] PreserveElements = 1 << 11, // Perf events stay when the descriptor that set them closes
    [Since(5, 10)] InnerMap = 1 << 12, // Inner maps may differ in their number of entries
    [Since(6, 4)] Link = 1 << 13, // A struct_ops map that attaches by a link
    [Since(6, 5)] PathFd = 1 << 14, // Pins and gets are relative to a directory descriptor
    [Since(6, 9)] ValueTypeBtfObject = 1 << 15, // The value type is in a module's BTF
    [Since(6, 9)] Token = 1 << 16, // A token is given
    [Since(6, 9)] SegvOnFault = 1 << 17, // A fault in an arena is a signal
    [Since(6, 9)] NoUserConversion = 1 << 18, // Addresses in an arena are not converted
}
