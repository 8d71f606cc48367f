namespace EbpfCat.Kernel;

/// <summary>
/// The kernel's description of a link (<c>struct bpf_link_info</c>). Properties that links of its kind lack are null.
/// </summary>
internal sealed record LinkInfo
{
    public BpfLinkType Type { get; init; }

    /// <summary>The id, unique as long as the link lives.</summary>
    public uint Id { get; init; }

    public uint ProgramId { get; init; }

    /// <summary>The attach type: of tracing, cgroup, network namespace, tcx, netkit, sockmap.</summary>
    public BpfAttachType? AttachType { get; init; }

    /// <summary>The index of the interface: XDP, tcx, netkit. 0 once the interface is gone.</summary>
    public uint? InterfaceIndex { get; init; }

    public ulong? CgroupId { get; init; }

    /// <summary>The inode number of the network namespace.</summary>
    public uint? NetworkNamespace { get; init; }

    /// <summary>The tracepoint, function, file or iterator (perf events since Linux 6.6, uprobes 6.8).</summary>
    public string? Target { get; init; }

    /// <summary>The offset in <see cref="Target"/> in bytes: kprobe, uprobe.</summary>
    public uint? Offset { get; init; }

    /// <summary>The kind of perf event (Linux 6.6).</summary>
    public BpfPerfEventType? PerfEventType { get; init; }

    /// <summary>The number of functions: kprobe_multi, uprobe_multi (Linux 6.6, 6.8).</summary>
    public uint? Count { get; init; }

    /// <summary>Flags: kprobe_multi, uprobe_multi, netfilter.</summary>
    public uint? Flags { get; init; }

    /// <summary>The id of the program or type information that is traced.</summary>
    public uint? TargetObjectId { get; init; }

    /// <summary>The id of the type in it that is traced.</summary>
    public uint? TargetBtfId { get; init; }

    /// <summary>
    /// Whether it still attaches a program: it has no other, and its interface, control group or network namespace is
    /// still there.
    /// </summary>
    public bool Runs(uint programId) => ProgramId == programId
        && InterfaceIndex is not 0 && CgroupId is not 0 && NetworkNamespace is not 0;
}
