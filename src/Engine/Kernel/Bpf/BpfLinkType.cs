namespace EbpfCat.Kernel;

/// <summary>
/// The kinds of links, <c>enum bpf_link_type</c> of <c>linux/bpf.h</c>.
/// </summary>
public enum BpfLinkType : uint
{
    /// <summary>No type.</summary>
    Unspecified = 0,

    /// <summary>A raw tracepoint.</summary>
    [Since(5, 8)]
    RawTracepoint = 1,

    /// <summary>fentry, fexit, fmod_ret, LSM or a BTF-typed raw tracepoint.</summary>
    [Since(5, 8)]
    Tracing = 2,

    /// <summary>A control group.</summary>
    [Since(5, 7)]
    Cgroup = 3,

    /// <summary>An iterator.</summary>
    [Since(5, 8)]
    Iterator = 4,

    /// <summary>A network namespace.</summary>
    [Since(5, 8)]
    NetworkNamespace = 5,

    /// <summary>An interface's XDP hook.</summary>
    [Since(5, 9)]
    Xdp = 6,

    /// <summary>A perf event.</summary>
    [Since(5, 15)]
    PerfEvent = 7,

    /// <summary>Many kprobes.</summary>
    [Since(5, 18)]
    KprobeMulti = 8,

    /// <summary>An operation of the kernel.</summary>
    [Since(6, 4)]
    StructOps = 9,

    /// <summary>A netfilter hook.</summary>
    [Since(6, 4)]
    Netfilter = 10,

    /// <summary>An interface's traffic control hook.</summary>
    [Since(6, 6)]
    Tcx = 11,

    /// <summary>Many uprobes.</summary>
    [Since(6, 6)]
    UprobeMulti = 12,

    /// <summary>A netkit device.</summary>
    [Since(6, 7)]
    Netkit = 13,

    /// <summary>A map of sockets.</summary>
    [Since(6, 10)]
    SockMap = 14,
}
