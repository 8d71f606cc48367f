namespace EbpfCat.Kernel;

/// <summary>What this process may do, from <c>/proc/thread-self/status</c> (proc_pid_status(5)).</summary>
internal static class ProcessCapabilities
{
    /// <summary>Whether the calling thread has a capability, or CAP_SYS_ADMIN where that implies it.</summary>
    public static bool Has(Capability capability)
    {
        var effective = Effective;
        return Includes(capability)
            || (capability is Capability.Bpf or Capability.PerfMon && Includes(Capability.SysAdmin));

        bool Includes(Capability one) => (effective >> (int)one & 1) != 0;
    }

    /// <summary>Those of <paramref name="needed"/> that the calling thread lacks.</summary>
    /// <param name="needed">The capabilities asked for.</param>
    public static IReadOnlyList<Capability> Missing(IEnumerable<Capability> needed) =>
        needed.Distinct().Where(capability => !Has(capability)).ToArray();

    /// <summary>The kernel's name of a capability, such as <c>CAP_NET_ADMIN</c>.</summary>
    public static string NameOf(Capability capability) => "CAP_" + capability switch
    {
        Capability.DacOverride => "DAC_OVERRIDE",
        Capability.NetAdmin => "NET_ADMIN",
        Capability.NetRaw => "NET_RAW",
        Capability.IpcLock => "IPC_LOCK",
        Capability.SysPtrace => "SYS_PTRACE",
        Capability.SysAdmin => "SYS_ADMIN",
        Capability.SysResource => "SYS_RESOURCE",
        _ => capability.ToString().ToUpperInvariant(),
    };

    /// <summary>The capabilities in effect, one bit each, as in the line <c>CapEff</c>.</summary>
    public static ulong Effective =>
        ulong.Parse(StatusField("CapEff"), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Whether a seccomp filter, as containers have one, decides on the system calls of this thread.</summary>
    public static bool IsFiltered => StatusField("Seccomp") == "2";

    /// <summary>Whether this process has a user namespace of its own, where capabilities do not count.</summary>
    public static bool IsInUserNamespace
    {
        get
        {
            var map = File.ReadAllText("/proc/self/uid_map").Split((char[]?)null,
                StringSplitOptions.RemoveEmptyEntries);
            return map is not ["0", "0", "4294967295"];
        }
    }

    private static string StatusField(string name) =>
        File.ReadLines("/proc/thread-self/status")
            .FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal))
            ?[(name.Length + 1)..].Trim() ?? "0";
}
