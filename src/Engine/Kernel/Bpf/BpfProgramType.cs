namespace EbpfCat.Kernel;

/// <summary>The types of programs (<c>enum bpf_prog_type</c>). Loading needs CAP_BPF and those at the member.</summary>
internal enum BpfProgramType : uint
{
    Unspecified = 0,
    [Since(3, 19)] SocketFilter = 1, // Filters what a socket receives
    [Since(4, 1), Requires(Capability.PerfMon)] Kprobe = 2, // Runs at a kprobe, kretprobe, uprobe or uretprobe
    [Since(4, 1), Requires(Capability.NetAdmin)] SchedCls = 3, // Traffic control classifier: tc, tcx and netkit
    [Since(4, 1), Requires(Capability.NetAdmin)] SchedAct = 4, // Traffic control action
    [Since(4, 7), Requires(Capability.PerfMon)] Tracepoint = 5, // Runs at a tracepoint
    [Since(4, 8), Requires(Capability.NetAdmin)] Xdp = 6, // Runs on a packet before the network stack sees it
    [Since(4, 9), Requires(Capability.PerfMon)] PerfEvent = 7, // Runs on a sample of a perf event
    [Since(4, 10)] CgroupSkb = 8, // Filters the packets of a control group
    // Runs when a socket of a control group is made, bound or released
    [Since(4, 10), Requires(Capability.NetAdmin)] CgroupSock = 9,
    [Since(4, 10), Requires(Capability.NetAdmin)] LwtIn = 10, // Lightweight tunnel, input
    [Since(4, 10), Requires(Capability.NetAdmin)] LwtOut = 11, // Lightweight tunnel, output
    [Since(4, 10), Requires(Capability.NetAdmin)] LwtXmit = 12, // Lightweight tunnel, transmission
    // Runs at TCP events of a control group's sockets, and may set their options
    [Since(4, 13), Requires(Capability.NetAdmin)] SockOps = 13,
    [Since(4, 14), Requires(Capability.NetAdmin)] SkSkb = 14, // Parses and redirects what sockets of a map receive
    [Since(4, 15), Requires(Capability.NetAdmin)] CgroupDevice = 15, // Decides on a control group's access to devices
    [Since(4, 17), Requires(Capability.NetAdmin)] SkMsg = 16, // Decides on what sockets of a map send
    [Since(4, 17), Requires(Capability.PerfMon)] RawTracepoint = 17, // Runs at a tracepoint with its raw arguments
    // Runs at bind, connect, sendmsg and similar calls, and may change the address
    [Since(4, 17), Requires(Capability.NetAdmin)] CgroupSockAddr = 18,
    [Since(4, 18), Requires(Capability.NetAdmin)] LwtSeg6Local = 19, // IPv6 segment routing
    [Since(4, 18), Requires(Capability.NetAdmin)] LircMode2 = 20, // Decodes infrared signals
    [Since(4, 19)] SkReuseport = 21, // Selects the socket of a reuseport group
    [Since(4, 20), Requires(Capability.NetAdmin)] FlowDissector = 22, // Extracts flow keys from packets
    [Since(5, 2), Requires(Capability.NetAdmin)] CgroupSysctl = 23, // Decides on a control group's access to sysctl
    // As RawTracepoint, with arguments that can be written
    [Since(5, 2), Requires(Capability.PerfMon)] RawTracepointWritable = 24,
    [Since(5, 3), Requires(Capability.NetAdmin)] CgroupSockopt = 25, // Decides on a control group's socket options
    // fentry, fexit, fmod_ret, BTF-typed raw tracepoints and iterators
    [Since(5, 5), Requires(Capability.PerfMon)] Tracing = 26,
    [Since(5, 6), Requires(Capability.PerfMon)] StructOps = 27, // Implements an operation of the kernel
    // Replaces a function of another program
    [Since(5, 6), Requires(Capability.NetAdmin, Capability.PerfMon)] Extension = 28,
    [Since(5, 7), Requires(Capability.PerfMon)] Lsm = 29, // Runs at a hook of the Linux security modules
    [Since(5, 9), Requires(Capability.NetAdmin)] SkLookup = 30, // Selects the socket that receives a connection
    [Since(5, 14)] Syscall = 31, // Runs when called by user space, and may sleep
    [Since(6, 4), Requires(Capability.NetAdmin)] Netfilter = 32, // Runs at a netfilter hook
}
