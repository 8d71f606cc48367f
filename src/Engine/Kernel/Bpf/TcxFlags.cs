namespace EbpfCat.Kernel;

/// <summary>Where a program is attached among others: <c>BPF_F_*</c> of linux/bpf.h (Linux 6.6).</summary>
[Flags]
internal enum TcxFlags : uint
{
    /// <summary>Behind all others.</summary>
    None = 0,
    /// <summary>Before the neighbor.</summary>
    Before = 1 << 3,
    /// <summary>After the neighbor.</summary>
    After = 1 << 4,
    /// <summary>The neighbor is given by its id, not by a descriptor.</summary>
    Id = 1 << 5,
    /// <summary>The neighbor is a link, not a program.</summary>
    Link = 1 << 13,
}
