namespace EbpfCat.Kernel;

/// <summary>How a map is made (<c>BPF_F_*</c> of BPF_MAP_CREATE in <c>linux/bpf.h</c>).</summary>
[Flags]
public enum BpfMapFlags : uint
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>Entries are allocated when inserted (<c>BPF_F_NO_PREALLOC</c>); an LPM trie needs it.</summary>
    [Since(4, 6)]
    NoPreallocation = 1 << 0,

    /// <summary>Each processor has its own list of least recently used entries.</summary>
    [Since(4, 10)]
    NoCommonLru = 1 << 1,

    /// <summary>The map is allocated on the NUMA node given.</summary>
    [Since(4, 14)]
    NumaNode = 1 << 2,

    /// <summary>User space may only read.</summary>
    [Since(4, 15)]
    ReadOnly = 1 << 3,

    /// <summary>User space may only write.</summary>
    [Since(4, 15)]
    WriteOnly = 1 << 4,

    /// <summary>Stack traces hold build ids and offsets in place of addresses.</summary>
    [Since(4, 17)]
    StackBuildId = 1 << 5,

    /// <summary>The hash has no random seed: for tests only.</summary>
    [Since(5, 0)]
    ZeroSeed = 1 << 6,

    /// <summary>Programs may only read.</summary>
    [Since(5, 2)]
    ReadOnlyProgram = 1 << 7,

    /// <summary>Programs may only write.</summary>
    [Since(5, 2)]
    WriteOnlyProgram = 1 << 8,

    /// <summary>A socket's storage is copied to the sockets it accepts.</summary>
    [Since(5, 4)]
    Clone = 1 << 9,

    /// <summary>User space may map the values of an array (<c>BPF_F_MMAPABLE</c>).</summary>
    [Since(5, 5)]
    Mappable = 1 << 10,

    /// <summary>Perf events stay when the descriptor that set them closes.</summary>
    [Since(5, 10)]
    PreserveElements = 1 << 11,

    /// <summary>Inner maps may differ in their number of entries.</summary>
    [Since(5, 10)]
    InnerMap = 1 << 12,

    /// <summary>A struct_ops map that attaches by a link.</summary>
    [Since(6, 4)]
    Link = 1 << 13,

    /// <summary>Pins and gets are relative to a directory descriptor.</summary>
    [Since(6, 5)]
    PathFd = 1 << 14,

    /// <summary>The value type is in a module's BTF.</summary>
    [Since(6, 9)]
    ValueTypeBtfObject = 1 << 15,

    /// <summary>A token is given.</summary>
    [Since(6, 9)]
    Token = 1 << 16,

    /// <summary>A fault in an arena is a signal.</summary>
    [Since(6, 9)]
    SegvOnFault = 1 << 17,

    /// <summary>Addresses in an arena are not converted.</summary>
    [Since(6, 9)]
    NoUserConversion = 1 << 18,
}
