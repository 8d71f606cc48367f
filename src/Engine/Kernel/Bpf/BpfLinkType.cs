namespace EbpfCat.Kernel;

/// <summary>The kinds of links, <c>enum bpf_link_type</c> of <c>linux/bpf.h</c>.</summary>
internal enum BpfLinkType : uint
{
    Unspecified = 0,
    [Since(5, 8)] RawTracepoint = 1, // A raw tracepoint
    [Since(5, 8)] Tracing = 2, // fentry, fexit, fmod_ret, LSM or a BTF-typed raw tracepoint
    [Since(5, 7)] Cgroup = 3, // A control group
    [Since(5, 8)] Iterator = 4, // An iterator
    [Since(5, 8)] NetworkNamespace = 5, // A network namespace
    [Since(5, 9)] Xdp = 6, // An interface's XDP hook
    [Since(5, 15)] PerfEvent = 7, // A perf event
    [Since(5, 18)] KprobeMulti = 8, // Many kprobes
    [Since(6, 4)] StructOps = 9, // An operation of the kernel
    [Since(6, 4)] Netfilter = 10, // A netfilter hook
    [Since(6, 6)] Tcx = 11, // An interface's traffic control hook
    [Since(6, 6)] UprobeMulti = 12, // Many uprobes
    [Since(6, 7)] Netkit = 13, // A netkit device
    [Since(6, 10)] SockMap = 14, // A map of sockets
}
