namespace EbpfCat.Kernel;

/// <summary>Capabilities (capabilities(7)) for eBPF, tracing, networking by number (linux/capability.h).</summary>
public enum Capability
{
    /// <summary>CAP_DAC_OVERRIDE: the permissions of files do not count.</summary>
    DacOverride = 1,
    /// <summary>CAP_NET_ADMIN: interfaces, and programs that see packets.</summary>
    NetAdmin = 12,
    /// <summary>CAP_NET_RAW: raw and packet sockets.</summary>
    NetRaw = 13,
    /// <summary>CAP_IPC_LOCK: memory may be locked without limit.</summary>
    IpcLock = 14,
    /// <summary>CAP_SYS_PTRACE: other processes may be looked into.</summary>
    SysPtrace = 19,
    /// <summary>CAP_SYS_ADMIN: all that has no capability of its own; stands for CAP_BPF and CAP_PERFMON too.</summary>
    SysAdmin = 21,
    /// <summary>CAP_SYS_RESOURCE: resource limits may be raised.</summary>
    SysResource = 24,
    /// <summary>CAP_PERFMON: tracing, and programs that read kernel memory (Linux 5.8).</summary>
    PerfMon = 38,
    /// <summary>CAP_BPF: maps, programs and BTF (Linux 5.8).</summary>
    Bpf = 39,
}
