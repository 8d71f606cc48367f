namespace EbpfCat.Language;

/// <summary>The program types, as a table of facts.</summary>
public static class ProgramTypes
{
    private static readonly Dictionary<string, int> NoVerdicts = [];
    private static readonly Dictionary<string, int> Xdp = Verdicts<XdpVerdict>();
    private static readonly Dictionary<string, int> Tc = Verdicts<TcVerdict>(("Ok", 0), ("Shot", 2));
    private static readonly Dictionary<string, int> SocketFilter = Verdicts<SocketFilterVerdict>();
    private static readonly Dictionary<string, int> Cgroup = Verdicts<CgroupVerdict>(("Drop", 0), ("Pass", 1));
    private static readonly Dictionary<string, int> Lsm = Verdicts<LsmVerdict>();

    private static readonly Dictionary<ProgramType, ProgramTypeInfo> All = new ProgramTypeInfo[]
    {
        new(ProgramType.Xdp, PacketAccess.Direct, 0, 4, Xdp, 2),
        new(ProgramType.Tc, PacketAccess.DirectLinear, 76, 80, Tc, (int)TcVerdict.Unspec),
        new(ProgramType.SocketFilter, PacketAccess.Copy, 0, 0, SocketFilter, -1),
        new(ProgramType.CgroupSkb, PacketAccess.Copy, 0, 0, Cgroup, 1) { StartsAtNetwork = true },
        new(ProgramType.CgroupSocket, PacketAccess.None, 0, 0, Cgroup, 1),
        new(ProgramType.CgroupDevice, PacketAccess.None, 0, 0, Cgroup, 1),
        new(ProgramType.CgroupSocketAddress, PacketAccess.None, 0, 0, Cgroup, 1),
        new(ProgramType.CgroupSysctl, PacketAccess.None, 0, 0, Cgroup, 1),
        new(ProgramType.CgroupSocketOption, PacketAccess.None, 0, 0, Cgroup, 1),
        new(ProgramType.Lsm, PacketAccess.None, 0, 0, Lsm, 0),
    }.ToDictionary(info => info.Type);

    /// <summary>The facts of a type.</summary>
    public static ProgramTypeInfo Get(ProgramType type) => All.TryGetValue(type, out var info)
        ? info : new ProgramTypeInfo(type, PacketAccess.None, 0, 0, NoVerdicts, 0);

    // A result goes by its name in the enumeration. Other names are for reading only.
    private static Dictionary<string, int> Verdicts<T>(params (string Name, int Value)[] otherNames)
        where T : struct, Enum
    {
        var values = (int[])Enum.GetValuesAsUnderlyingType<T>();
        var verdicts = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < values.Length; i++) verdicts.Add(Enum.GetNames<T>()[i], values[i]);
        foreach (var (name, value) in otherNames) verdicts.Add(name, value);
        return verdicts;
    }
}
