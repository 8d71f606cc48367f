namespace EbpfCat.Kernel;

/// <summary>
/// The kinds of programs, <c>enum bpf_prog_type</c> of <c>linux/bpf.h</c>. Loading one needs CAP_BPF
/// and the capabilities named with it.
/// </summary>
public enum BpfProgramType : uint
{
    /// <summary>No type.</summary>
    Unspecified = 0,

    /// <summary>Filters what a socket receives.</summary>
    [Since(3, 19)]
    SocketFilter = 1,

    /// <summary>Runs at a kprobe, kretprobe, uprobe or uretprobe.</summary>
    [Since(4, 1), Requires(Capability.PerfMon)]
    Kprobe = 2,

    /// <summary>Traffic control classifier: tc, tcx and netkit.</summary>
    [Since(4, 1), Requires(Capability.NetAdmin)]
    SchedCls = 3,

    /// <summary>Traffic control action.</summary>
    [Since(4, 1), Requires(Capability.NetAdmin)]
    SchedAct = 4,

    /// <summary>Runs at a tracepoint.</summary>
    [Since(4, 7), Requires(Capability.PerfMon)]
    Tracepoint = 5,

    /// <summary>Runs on a packet before the network stack sees it.</summary>
    [Since(4, 8), Requires(Capability.NetAdmin)]
    Xdp = 6,

    /// <summary>Runs on a sample of a perf event.</summary>
    [Since(4, 9), Requires(Capability.PerfMon)]
    PerfEvent = 7,

    /// <summary>Filters the packets of a control group.</summary>
    [Since(4, 10)]
    CgroupSkb = 8,

    /// <summary>Runs when a socket of a control group is made, bound or released.</summary>
    [Since(4, 10), Requires(Capability.NetAdmin)]
    CgroupSock = 9,

    /// <summary>Lightweight tunnel, input.</summary>
    [Since(4, 10), Requires(Capability.NetAdmin)]
    LwtIn = 10,

    /// <summary>Lightweight tunnel, output.</summary>
    [Since(4, 10), Requires(Capability.NetAdmin)]
    LwtOut = 11,

    /// <summary>Lightweight tunnel, transmission.</summary>
    [Since(4, 10), Requires(Capability.NetAdmin)]
    LwtXmit = 12,

    /// <summary>Sees and sets the state of TCP connections of a control group.</summary>
    [Since(4, 13), Requires(Capability.NetAdmin)]
    SockOps = 13,

    /// <summary>Parses and redirects what sockets of a map receive.</summary>
    [Since(4, 14), Requires(Capability.NetAdmin)]
    SkSkb = 14,

    /// <summary>Decides on a control group's access to devices.</summary>
    [Since(4, 15), Requires(Capability.NetAdmin)]
    CgroupDevice = 15,

    /// <summary>Decides on what sockets of a map send.</summary>
    [Since(4, 17), Requires(Capability.NetAdmin)]
    SkMsg = 16,

    /// <summary>Runs at a tracepoint with its raw arguments.</summary>
    [Since(4, 17), Requires(Capability.PerfMon)]
    RawTracepoint = 17,

    /// <summary>Sees and changes the addresses of bind, connect, sendmsg and their like.</summary>
    [Since(4, 17), Requires(Capability.NetAdmin)]
    CgroupSockAddr = 18,

    /// <summary>IPv6 segment routing.</summary>
    [Since(4, 18), Requires(Capability.NetAdmin)]
    LwtSeg6Local = 19,

    /// <summary>Decodes infrared.</summary>
    [Since(4, 18), Requires(Capability.NetAdmin)]
    LircMode2 = 20,

    /// <summary>Selects the socket of a reuseport group.</summary>
    [Since(4, 19)]
    SkReuseport = 21,

    /// <summary>Dissects flows.</summary>
    [Since(4, 20), Requires(Capability.NetAdmin)]
    FlowDissector = 22,

    /// <summary>Decides on a control group's access to sysctl.</summary>
    [Since(5, 2), Requires(Capability.NetAdmin)]
    CgroupSysctl = 23,

    /// <summary>As RawTracepoint, with arguments that can be written.</summary>
    [Since(5, 2), Requires(Capability.PerfMon)]
    RawTracepointWritable = 24,

    /// <summary>Decides on a control group's socket options.</summary>
    [Since(5, 3), Requires(Capability.NetAdmin)]
    CgroupSockopt = 25,

    /// <summary>fentry, fexit, fmod_ret, BTF-typed raw tracepoints and iterators.</summary>
    [Since(5, 5), Requires(Capability.PerfMon)]
    Tracing = 26,

    /// <summary>Implements an operation of the kernel.</summary>
    [Since(5, 6), Requires(Capability.PerfMon)]
    StructOps = 27,

    /// <summary>Replaces a function of another program.</summary>
    [Since(5, 6), Requires(Capability.NetAdmin, Capability.PerfMon)]
    Extension = 28,

    /// <summary>Runs at a hook of the Linux security modules.</summary>
    [Since(5, 7), Requires(Capability.PerfMon)]
    Lsm = 29,

    /// <summary>Selects the socket that receives a connection.</summary>
    [Since(5, 9), Requires(Capability.NetAdmin)]
    SkLookup = 30,

    /// <summary>Runs when called by user space, and may sleep.</summary>
    [Since(5, 14)]
    Syscall = 31,

    /// <summary>Runs at a netfilter hook.</summary>
    [Since(6, 4), Requires(Capability.NetAdmin)]
    Netfilter = 32,
}
