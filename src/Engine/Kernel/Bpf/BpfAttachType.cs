namespace EbpfCat.Kernel;

/// <summary>
/// Where programs attach, <c>enum bpf_attach_type</c> of <c>linux/bpf.h</c>.
/// </summary>
public enum BpfAttachType : uint
{
    /// <summary>Packets that a control group receives.</summary>
    [Since(4, 10), Requires(Capability.NetAdmin)]
    CgroupInetIngress = 0,

    /// <summary>Packets that a control group sends.</summary>
    [Since(4, 10), Requires(Capability.NetAdmin)]
    CgroupInetEgress = 1,

    /// <summary>A socket is made.</summary>
    [Since(4, 10), Requires(Capability.NetAdmin)]
    CgroupInetSockCreate = 2,

    /// <summary>TCP state of a control group.</summary>
    [Since(4, 13), Requires(Capability.NetAdmin)]
    CgroupSockOps = 3,

    /// <summary>Finds the messages in the stream of a socket.</summary>
    [Since(4, 14), Requires(Capability.NetAdmin)]
    SkSkbStreamParser = 4,

    /// <summary>Decides on a message of a stream.</summary>
    [Since(4, 14), Requires(Capability.NetAdmin)]
    SkSkbStreamVerdict = 5,

    /// <summary>Access to a device.</summary>
    [Since(4, 15), Requires(Capability.NetAdmin)]
    CgroupDevice = 6,

    /// <summary>Decides on what a socket sends.</summary>
    [Since(4, 17), Requires(Capability.NetAdmin)]
    SkMsgVerdict = 7,

    /// <summary>bind of an IPv4 socket.</summary>
    [Since(4, 17), Requires(Capability.NetAdmin)]
    CgroupInet4Bind = 8,

    /// <summary>bind of an IPv6 socket.</summary>
    [Since(4, 17), Requires(Capability.NetAdmin)]
    CgroupInet6Bind = 9,

    /// <summary>connect of an IPv4 socket.</summary>
    [Since(4, 17), Requires(Capability.NetAdmin)]
    CgroupInet4Connect = 10,

    /// <summary>connect of an IPv6 socket.</summary>
    [Since(4, 17), Requires(Capability.NetAdmin)]
    CgroupInet6Connect = 11,

    /// <summary>After bind of an IPv4 socket.</summary>
    [Since(4, 17), Requires(Capability.NetAdmin)]
    CgroupInet4PostBind = 12,

    /// <summary>After bind of an IPv6 socket.</summary>
    [Since(4, 17), Requires(Capability.NetAdmin)]
    CgroupInet6PostBind = 13,

    /// <summary>sendmsg of an unconnected UDP socket, IPv4.</summary>
    [Since(4, 18), Requires(Capability.NetAdmin)]
    CgroupUdp4Sendmsg = 14,

    /// <summary>sendmsg of an unconnected UDP socket, IPv6.</summary>
    [Since(4, 18), Requires(Capability.NetAdmin)]
    CgroupUdp6Sendmsg = 15,

    /// <summary>Infrared receiver.</summary>
    [Since(4, 18), Requires(Capability.NetAdmin)]
    LircMode2 = 16,

    /// <summary>Flow dissector of a network namespace.</summary>
    [Since(4, 20), Requires(Capability.NetAdmin)]
    FlowDissector = 17,

    /// <summary>Access to sysctl.</summary>
    [Since(5, 2), Requires(Capability.NetAdmin)]
    CgroupSysctl = 18,

    /// <summary>recvmsg of an unconnected UDP socket, IPv4.</summary>
    [Since(5, 2), Requires(Capability.NetAdmin)]
    CgroupUdp4Recvmsg = 19,

    /// <summary>recvmsg of an unconnected UDP socket, IPv6.</summary>
    [Since(5, 2), Requires(Capability.NetAdmin)]
    CgroupUdp6Recvmsg = 20,

    /// <summary>getsockopt.</summary>
    [Since(5, 3), Requires(Capability.NetAdmin)]
    CgroupGetsockopt = 21,

    /// <summary>setsockopt.</summary>
    [Since(5, 3), Requires(Capability.NetAdmin)]
    CgroupSetsockopt = 22,

    /// <summary>A raw tracepoint with BTF-typed arguments.</summary>
    [Since(5, 5), Requires(Capability.PerfMon)]
    TraceRawTracepoint = 23,

    /// <summary>Entry of a kernel function or BPF program.</summary>
    [Since(5, 5), Requires(Capability.PerfMon)]
    TraceFentry = 24,

    /// <summary>Exit of a kernel function or BPF program.</summary>
    [Since(5, 5), Requires(Capability.PerfMon)]
    TraceFexit = 25,

    /// <summary>Before a function whose return value may be set.</summary>
    [Since(5, 7), Requires(Capability.PerfMon)]
    ModifyReturn = 26,

    /// <summary>A hook of the Linux security modules.</summary>
    [Since(5, 7), Requires(Capability.PerfMon)]
    LsmMac = 27,

    /// <summary>An iterator over objects of the kernel.</summary>
    [Since(5, 8), Requires(Capability.PerfMon)]
    TraceIterator = 28,

    /// <summary>getpeername of an IPv4 socket.</summary>
    [Since(5, 8), Requires(Capability.NetAdmin)]
    CgroupInet4Getpeername = 29,

    /// <summary>getpeername of an IPv6 socket.</summary>
    [Since(5, 8), Requires(Capability.NetAdmin)]
    CgroupInet6Getpeername = 30,

    /// <summary>getsockname of an IPv4 socket.</summary>
    [Since(5, 8), Requires(Capability.NetAdmin)]
    CgroupInet4Getsockname = 31,

    /// <summary>getsockname of an IPv6 socket.</summary>
    [Since(5, 8), Requires(Capability.NetAdmin)]
    CgroupInet6Getsockname = 32,

    /// <summary>An XDP program in a DevMap entry.</summary>
    [Since(5, 8), Requires(Capability.NetAdmin)]
    XdpDevMap = 33,

    /// <summary>A socket is released.</summary>
    [Since(5, 9), Requires(Capability.NetAdmin)]
    CgroupInetSockRelease = 34,

    /// <summary>An XDP program in a CpuMap entry.</summary>
    [Since(5, 9), Requires(Capability.NetAdmin)]
    XdpCpuMap = 35,

    /// <summary>Socket lookup of a network namespace.</summary>
    [Since(5, 9), Requires(Capability.NetAdmin)]
    SkLookup = 36,

    /// <summary>An interface, by link.</summary>
    [Since(5, 9), Requires(Capability.NetAdmin)]
    Xdp = 37,

    /// <summary>Decides on what a socket receives, without a parser.</summary>
    [Since(5, 13), Requires(Capability.NetAdmin)]
    SkSkbVerdict = 38,

    /// <summary>Selects the socket of a reuseport group.</summary>
    [Since(5, 14)]
    SkReuseportSelect = 39,

    /// <summary>Selects the socket of a reuseport group, also on migration.</summary>
    [Since(5, 14)]
    SkReuseportSelectOrMigrate = 40,

    /// <summary>A perf event: tracepoint, kprobe, uprobe or sample, by link.</summary>
    [Since(5, 15), Requires(Capability.PerfMon)]
    PerfEvent = 41,

    /// <summary>Many kprobes in one link.</summary>
    [Since(5, 18), Requires(Capability.PerfMon)]
    TraceKprobeMulti = 42,

    /// <summary>A security hook, for a control group.</summary>
    [Since(6, 0), Requires(Capability.PerfMon)]
    LsmCgroup = 43,

    /// <summary>A kernel operation, by link.</summary>
    [Since(6, 4), Requires(Capability.NetAdmin)]
    StructOps = 44,

    /// <summary>A netfilter hook.</summary>
    [Since(6, 4), Requires(Capability.NetAdmin)]
    Netfilter = 45,

    /// <summary>What an interface receives, by link.</summary>
    [Since(6, 6), Requires(Capability.NetAdmin)]
    TcxIngress = 46,

    /// <summary>What an interface sends, by link.</summary>
    [Since(6, 6), Requires(Capability.NetAdmin)]
    TcxEgress = 47,

    /// <summary>Many uprobes in one link.</summary>
    [Since(6, 6), Requires(Capability.PerfMon)]
    TraceUprobeMulti = 48,

    /// <summary>connect of a Unix socket.</summary>
    [Since(6, 7), Requires(Capability.NetAdmin)]
    CgroupUnixConnect = 49,

    /// <summary>sendmsg of a Unix socket.</summary>
    [Since(6, 7), Requires(Capability.NetAdmin)]
    CgroupUnixSendmsg = 50,

    /// <summary>recvmsg of a Unix socket.</summary>
    [Since(6, 7), Requires(Capability.NetAdmin)]
    CgroupUnixRecvmsg = 51,

    /// <summary>getpeername of a Unix socket.</summary>
    [Since(6, 7), Requires(Capability.NetAdmin)]
    CgroupUnixGetpeername = 52,

    /// <summary>getsockname of a Unix socket.</summary>
    [Since(6, 7), Requires(Capability.NetAdmin)]
    CgroupUnixGetsockname = 53,

    /// <summary>The primary device of a netkit pair.</summary>
    [Since(6, 7), Requires(Capability.NetAdmin)]
    NetkitPrimary = 54,

    /// <summary>The peer device of a netkit pair.</summary>
    [Since(6, 7), Requires(Capability.NetAdmin)]
    NetkitPeer = 55,

    /// <summary>Entry and return of functions in one link.</summary>
    [Since(6, 10), Requires(Capability.PerfMon)]
    TraceKprobeSession = 56,

    /// <summary>Entry and return of user functions in one link.</summary>
    [Since(6, 13), Requires(Capability.PerfMon)]
    TraceUprobeSession = 57,
}
