namespace EbpfCat.Kernel;

/// <summary>Where programs attach, <c>enum bpf_attach_type</c> of <c>linux/bpf.h</c>.</summary>
internal enum BpfAttachType : uint
{
    [Since(4, 10), Requires(Capability.NetAdmin)] CgroupInetIngress = 0, // Packets that a control group receives
    [Since(4, 10), Requires(Capability.NetAdmin)] CgroupInetEgress = 1, // Packets that a control group sends
    [Since(4, 10), Requires(Capability.NetAdmin)] CgroupInetSockCreate = 2, // A socket is made
    [Since(4, 13), Requires(Capability.NetAdmin)] CgroupSockOps = 3, // TCP state of a control group
    [Since(4, 14), Requires(Capability.NetAdmin)] SkSkbStreamParser = 4, // Finds the messages in the stream of a socket
    [Since(4, 14), Requires(Capability.NetAdmin)] SkSkbStreamVerdict = 5, // Decides on a message of a stream
    [Since(4, 15), Requires(Capability.NetAdmin)] CgroupDevice = 6, // Access to a device
    [Since(4, 17), Requires(Capability.NetAdmin)] SkMsgVerdict = 7, // Decides on what a socket sends
    [Since(4, 17), Requires(Capability.NetAdmin)] CgroupInet4Bind = 8, // bind of an IPv4 socket
    [Since(4, 17), Requires(Capability.NetAdmin)] CgroupInet6Bind = 9, // bind of an IPv6 socket
    [Since(4, 17), Requires(Capability.NetAdmin)] CgroupInet4Connect = 10, // connect of an IPv4 socket
    [Since(4, 17), Requires(Capability.NetAdmin)] CgroupInet6Connect = 11, // connect of an IPv6 socket
    [Since(4, 17), Requires(Capability.NetAdmin)] CgroupInet4PostBind = 12, // After bind of an IPv4 socket
    [Since(4, 17), Requires(Capability.NetAdmin)] CgroupInet6PostBind = 13, // After bind of an IPv6 socket
    [Since(4, 18), Requires(Capability.NetAdmin)] CgroupUdp4Sendmsg = 14, // sendmsg of an unconnected UDP socket, IPv4
    [Since(4, 18), Requires(Capability.NetAdmin)] CgroupUdp6Sendmsg = 15, // sendmsg of an unconnected UDP socket, IPv6
    [Since(4, 18), Requires(Capability.NetAdmin)] LircMode2 = 16, // Infrared receiver
    [Since(4, 20), Requires(Capability.NetAdmin)] FlowDissector = 17, // Flow dissector of a network namespace
    [Since(5, 2), Requires(Capability.NetAdmin)] CgroupSysctl = 18, // Access to sysctl
    [Since(5, 2), Requires(Capability.NetAdmin)] CgroupUdp4Recvmsg = 19, // recvmsg of an unconnected UDP socket, IPv4
    [Since(5, 2), Requires(Capability.NetAdmin)] CgroupUdp6Recvmsg = 20, // recvmsg of an unconnected UDP socket, IPv6
    [Since(5, 3), Requires(Capability.NetAdmin)] CgroupGetsockopt = 21, // getsockopt
    [Since(5, 3), Requires(Capability.NetAdmin)] CgroupSetsockopt = 22, // setsockopt
    [Since(5, 5), Requires(Capability.PerfMon)] TraceRawTracepoint = 23, // A raw tracepoint with BTF-typed arguments
    [Since(5, 5), Requires(Capability.PerfMon)] TraceFentry = 24, // Entry of a kernel function or BPF program
    [Since(5, 5), Requires(Capability.PerfMon)] TraceFexit = 25, // Exit of a kernel function or BPF program
    [Since(5, 7), Requires(Capability.PerfMon)] ModifyReturn = 26, // Before a function whose return value may be set
    [Since(5, 7), Requires(Capability.PerfMon)] LsmMac = 27, // A hook of the Linux security modules
    [Since(5, 8), Requires(Capability.PerfMon)] TraceIterator = 28, // An iterator over objects of the kernel
    [Since(5, 8), Requires(Capability.NetAdmin)] CgroupInet4Getpeername = 29, // getpeername of an IPv4 socket
    [Since(5, 8), Requires(Capability.NetAdmin)] CgroupInet6Getpeername = 30, // getpeername of an IPv6 socket
    [Since(5, 8), Requires(Capability.NetAdmin)] CgroupInet4Getsockname = 31, // getsockname of an IPv4 socket
    [Since(5, 8), Requires(Capability.NetAdmin)] CgroupInet6Getsockname = 32, // getsockname of an IPv6 socket
    [Since(5, 8), Requires(Capability.NetAdmin)] XdpDevMap = 33, // An XDP program in a DevMap entry
    [Since(5, 9), Requires(Capability.NetAdmin)] CgroupInetSockRelease = 34, // A socket is released
    [Since(5, 9), Requires(Capability.NetAdmin)] XdpCpuMap = 35, // An XDP program in a CpuMap entry
    [Since(5, 9), Requires(Capability.NetAdmin)] SkLookup = 36, // Socket lookup of a network namespace
    [Since(5, 9), Requires(Capability.NetAdmin)] Xdp = 37, // An interface, by link
    // Decides on what a socket receives, without a parser
    [Since(5, 13), Requires(Capability.NetAdmin)] SkSkbVerdict = 38,
    [Since(5, 14)] SkReuseportSelect = 39, // Selects the socket of a reuseport group
    [Since(5, 14)] SkReuseportSelectOrMigrate = 40, // Selects the socket of a reuseport group, also on migration
    // A perf event: tracepoint, kprobe, uprobe or sample, by link
    [Since(5, 15), Requires(Capability.PerfMon)] PerfEvent = 41,
    [Since(5, 18), Requires(Capability.PerfMon)] TraceKprobeMulti = 42, // Many kprobes in one link
    [Since(6, 0), Requires(Capability.PerfMon)] LsmCgroup = 43, // A security hook, for a control group
    [Since(6, 4), Requires(Capability.NetAdmin)] StructOps = 44, // A kernel operation, by link
    [Since(6, 4), Requires(Capability.NetAdmin)] Netfilter = 45, // A netfilter hook
    [Since(6, 6), Requires(Capability.NetAdmin)] TcxIngress = 46, // What an interface receives, by link
    [Since(6, 6), Requires(Capability.NetAdmin)] TcxEgress = 47, // What an interface sends, by link
    [Since(6, 6), Requires(Capability.PerfMon)] TraceUprobeMulti = 48, // Many uprobes in one link
    [Since(6, 7), Requires(Capability.NetAdmin)] CgroupUnixConnect = 49, // connect of a Unix socket
    [Since(6, 7), Requires(Capability.NetAdmin)] CgroupUnixSendmsg = 50, // sendmsg of a Unix socket
    [Since(6, 7), Requires(Capability.NetAdmin)] CgroupUnixRecvmsg = 51, // recvmsg of a Unix socket
    [Since(6, 7), Requires(Capability.NetAdmin)] CgroupUnixGetpeername = 52, // getpeername of a Unix socket
    [Since(6, 7), Requires(Capability.NetAdmin)] CgroupUnixGetsockname = 53, // getsockname of a Unix socket
    [Since(6, 7), Requires(Capability.NetAdmin)] NetkitPrimary = 54, // The primary device of a netkit pair
    [Since(6, 7), Requires(Capability.NetAdmin)] NetkitPeer = 55, // The peer device of a netkit pair
    [Since(6, 10), Requires(Capability.PerfMon)] TraceKprobeSession = 56, // Entry and return of functions in one link
    // Entry and return of user functions in one link
    [Since(6, 13), Requires(Capability.PerfMon)] TraceUprobeSession = 57,
}
