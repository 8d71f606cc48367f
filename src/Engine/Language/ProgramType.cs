namespace EbpfCat.Language;

/// <summary>The type of a program. The values are the kernel's <c>enum bpf_prog_type</c> (linux/bpf.h).</summary>
public enum ProgramType
{
    /// <summary>Not given.</summary>
    Unspecified = 0,
    /// <summary>Filters the packets of a socket. The result is how many bytes to keep.</summary>
    SocketFilter = 1,
    /// <summary>A kprobe, kretprobe, uprobe or uretprobe.</summary>
    Kprobe = 2,
    /// <summary>A traffic control classifier with direct action (tc, tcx).</summary>
    Tc = 3,
    /// <summary>A tracepoint of tracefs.</summary>
    Tracepoint = 5,
    /// <summary>Runs in a driver's receive path, before the kernel allocates a packet.</summary>
    Xdp = 6,
    /// <summary>A perf event: a counter overflow, or a sample of a profile.</summary>
    PerfEvent = 7,
    /// <summary>Packets of a control group's sockets.</summary>
    CgroupSkb = 8,
    /// <summary>Sockets made in a control group.</summary>
    CgroupSocket = 9,
    /// <summary>TCP events of a control group's sockets.</summary>
    SockOps = 13,
    /// <summary>Device access of a control group.</summary>
    CgroupDevice = 15,
    /// <summary>A raw tracepoint: the arguments of the kernel's trace call, untyped.</summary>
    RawTracepoint = 17,
    /// <summary>bind, connect, sendmsg and recvmsg of a control group's sockets.</summary>
    CgroupSocketAddress = 18,
    /// <summary>Sysctl access of a control group.</summary>
    CgroupSysctl = 23,
    /// <summary>getsockopt and setsockopt of a control group's sockets.</summary>
    CgroupSocketOption = 25,
    /// <summary>BTF-typed tracing: fentry, fexit, BTF raw tracepoints, iterators.</summary>
    Tracing = 26,
    /// <summary>A hook of the Linux security modules.</summary>
    Lsm = 29,
    /// <summary>Run by the program's owner through a system call.</summary>
    Syscall = 31,
}
