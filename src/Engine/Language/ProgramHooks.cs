namespace EbpfCat.Language;

/// <summary>Which hooks each program type can be attached to, as a table of facts.</summary>
public static class ProgramHooks
{
    // The first is meant where none is given; null where one must be given, or none is.
    private static readonly Dictionary<ProgramType, (ProgramHook? Default, ProgramHook[] All)> Table = new()
    {
        [ProgramType.CgroupSkb] = (ProgramHook.Ingress, [ProgramHook.Ingress, ProgramHook.Egress]),
        [ProgramType.CgroupSocket] = (ProgramHook.SocketCreate,
            [ProgramHook.SocketCreate, ProgramHook.PostBind4, ProgramHook.PostBind6, ProgramHook.SocketRelease]),
        [ProgramType.SockOps] = (ProgramHook.SocketOperations, [ProgramHook.SocketOperations]),
        [ProgramType.CgroupDevice] = (ProgramHook.Device, [ProgramHook.Device]),
        [ProgramType.CgroupSocketAddress] = (null,
        [
            ProgramHook.Bind4, ProgramHook.Bind6, ProgramHook.Connect4, ProgramHook.Connect6, ProgramHook.SendMessage4,
            ProgramHook.SendMessage6, ProgramHook.ReceiveMessage4, ProgramHook.ReceiveMessage6,
        ]),
        [ProgramType.CgroupSysctl] = (ProgramHook.Sysctl, [ProgramHook.Sysctl]),
        [ProgramType.CgroupSocketOption] = (null, [ProgramHook.GetSocketOption, ProgramHook.SetSocketOption]),
        [ProgramType.Tracing] = (ProgramHook.Fentry,
        [
            ProgramHook.Fentry, ProgramHook.Fexit, ProgramHook.ModifyReturn, ProgramHook.RawTracepoint, ProgramHook.Iterator,
        ]),
        [ProgramType.Lsm] = (ProgramHook.Lsm, [ProgramHook.Lsm]),
        [ProgramType.Kprobe] = (null, [ProgramHook.KprobeMulti]),
    };

    /// <summary>The types whose programs are attached to control groups.</summary>
    public static IReadOnlyList<ProgramType> OfControlGroups { get; } =
        [.. Table.Keys.Where(type => type is not (ProgramType.Tracing or ProgramType.Lsm or ProgramType.Kprobe))];

    /// <summary>The hooks of a type; empty where the type tells all.</summary>
    /// <param name="type">The type.</param>
    public static IReadOnlyList<ProgramHook> Of(ProgramType type) => Table.TryGetValue(type, out var row) ? row.All : [];

    /// <summary>The hook that is meant where none is given; null where one must be given, or the type tells all.</summary>
    /// <param name="type">The type.</param>
    public static ProgramHook? DefaultOf(ProgramType type) => Table.TryGetValue(type, out var row) ? row.Default : null;
}
