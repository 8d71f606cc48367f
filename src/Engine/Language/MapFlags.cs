namespace EbpfCat.Language;

/// <summary>The flags of a map. The values are the kernel's <c>BPF_F_*</c> of BPF_MAP_CREATE (linux/bpf.h).</summary>
[Flags]
public enum MapFlags : uint
{
    /// <summary>No flag.</summary>
    None = 0,
    /// <summary>Entries are allocated on insertion (<c>BPF_F_NO_PREALLOC</c>, Linux 4.6); LPM tries need it.</summary>
    NoPreallocation = 1 << 0,
    /// <summary>Each processor has its own list of least recently used entries. Linux 4.10.</summary>
    NoCommonLru = 1 << 1,
    /// <summary>The map is allocated on the NUMA node given. Linux 4.14.</summary>
    NumaNode = 1 << 2,
    /// <summary>User space may only read. Linux 4.15.</summary>
    ReadOnly = 1 << 3,
    /// <summary>User space may only write. Linux 4.15.</summary>
    WriteOnly = 1 << 4,
    /// <summary>Stack traces hold build ids and offsets in place of addresses. Linux 4.17.</summary>
    StackBuildId = 1 << 5,
    /// <summary>The hash has no random seed: for tests only. Linux 5.0.</summary>
    ZeroSeed = 1 << 6,
    /// <summary>Programs may only read. Linux 5.2.</summary>
    ReadOnlyProgram = 1 << 7,
    /// <summary>Programs may only write. Linux 5.2.</summary>
    WriteOnlyProgram = 1 << 8,
    /// <summary>A socket's storage is copied to the sockets it accepts. Linux 5.4.</summary>
    Clone = 1 << 9,
    /// <summary>User space may map the values of an array (<c>BPF_F_MMAPABLE</c>). Linux 5.5.</summary>
    Mappable = 1 << 10,
    /// <summary>Perf events stay when the descriptor that set them closes. Linux 5.10.</summary>
    PreserveElements = 1 << 11,
    /// <summary>Inner maps may differ in their number of entries. Linux 5.10.</summary>
    InnerMap = 1 << 12,
    /// <summary>A struct_ops map that attaches by a link. Linux 6.4.</summary>
    Link = 1 << 13,
    /// <summary>The value type is in a module's BTF. Linux 6.9.</summary>
    ValueTypeBtfObject = 1 << 15,
    /// <summary>A token is given. Linux 6.9.</summary>
    Token = 1 << 16,
    /// <summary>A fault in an arena is a signal. Linux 6.9.</summary>
    SegvOnFault = 1 << 17,
    /// <summary>Addresses in an arena are not converted. Linux 6.9.</summary>
    NoUserConversion = 1 << 18,
}
