namespace EbpfCat.Language;

/// <summary>The program types, as a table of facts.</summary>
public static class ProgramTypes
{
    private static readonly Dictionary<string, int> NoVerdicts = [];

    // enum xdp_action
    private static readonly Dictionary<string, int> Xdp = Names(
        ("Aborted", 0), ("Drop", 1), ("Pass", 2), ("Tx", 3), ("Redirect", 4));

    // TC_ACT_* of linux/pkt_cls.h; Pass and Drop are what the other packet types call Ok and Shot.
    private static readonly Dictionary<string, int> Tc = Names(
        ("Pass", 0), ("Drop", 2), ("Unspec", -1), ("Ok", 0), ("Reclassify", 1), ("Shot", 2), ("Pipe", 3),
        ("Stolen", 4), ("Queued", 5), ("Repeat", 6), ("Redirect", 7), ("Trap", 8));

    // A socket filter's result is a length: all of the packet, or nothing.
    private static readonly Dictionary<string, int> SocketFilter = Names(("Pass", -1), ("Drop", 0));

    private static readonly Dictionary<string, int> Cgroup = Names(("Deny", 0), ("Allow", 1), ("Drop", 0), ("Pass", 1));

    // An LSM hook allows with 0 and refuses with a negative errno: -EPERM.
    private static readonly Dictionary<string, int> Lsm = Names(("Allow", 0), ("Deny", -1));

    private static readonly Dictionary<ProgramType, ProgramTypeInfo> All = new ProgramTypeInfo[]
    {
        new(ProgramType.Xdp, PacketAccess.Direct, 0, 4, Xdp, 2),
        new(ProgramType.Tc, PacketAccess.DirectLinear, 76, 80, Tc, 0),
        new(ProgramType.SocketFilter, PacketAccess.Copy, 0, 0, SocketFilter, -1),
        new(ProgramType.CgroupSkb, PacketAccess.Copy, 0, 0, Cgroup, 1) { StartsAtNetwork = true },
        new(ProgramType.CgroupSocket, PacketAccess.None, 0, 0, Cgroup, 1),
        new(ProgramType.CgroupDevice, PacketAccess.None, 0, 0, Cgroup, 1),
        new(ProgramType.CgroupSocketAddress, PacketAccess.None, 0, 0, Cgroup, 1),
        new(ProgramType.CgroupSysctl, PacketAccess.None, 0, 0, Cgroup, 1),
        new(ProgramType.CgroupSocketOption, PacketAccess.None, 0, 0, Cgroup, 1),
        new(ProgramType.Lsm, PacketAccess.None, 0, 0, Lsm, 0),
    }.ToDictionary(info => info.Type);

    /// <summary>What is known of a type.</summary>
    public static ProgramTypeInfo Get(ProgramType type) => All.TryGetValue(type, out var info)
        ? info
        : new ProgramTypeInfo(type, PacketAccess.None, 0, 0, NoVerdicts, 0);

    private static Dictionary<string, int> Names(params (string Name, int Value)[] pairs) =>
        pairs.ToDictionary(p => p.Name, p => p.Value, StringComparer.OrdinalIgnoreCase);
}
