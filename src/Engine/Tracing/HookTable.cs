using static EbpfCat.Language.ProgramHook;

namespace EbpfCat.Tracing;

/// <summary>
/// All hooks, as a table of facts: one row a hook. Compiling, loading, attaching, listing and completion read it. It
/// stands in this folder because it names targets and events; Attachments, which attach to a hook, may read it from
/// here.
/// </summary>
public static class HookTable
{
    // BPF_F_KPROBE_MULTI_RETURN, BPF_F_UPROBE_MULTI_RETURN
    private const uint MultiReturn = 1;

    internal static HookInfo Xdp { get; } = new("Xdp", ProgramType.Xdp, "interface")
    {
        IsLink = link => link.Type == BpfLinkType.Xdp,
    };

    internal static HookInfo Tc { get; } = new("Tc", ProgramType.Tc, "interface")
    {
        IsLink = link => link.Type == BpfLinkType.Tcx,
    };

    internal static HookInfo SocketFilter { get; } = new("SocketFilter", ProgramType.SocketFilter,
        "a socket on interface");

    internal static HookInfo Tracepoint { get; } = new("Tracepoint", ProgramType.Tracepoint, "tracepoint")
    {
        Targets = () => TraceFs.Current.Tracepoints,
        Event = target => new TracepointEvent(TraceFs.Current.GetFormat(target)),
        IsLink = link => link.PerfEventType == BpfPerfEventType.Tracepoint,
    };

    internal static HookInfo RawTracepoint { get; } = new("RawTracepoint", ProgramType.RawTracepoint, "raw tracepoint")
    {
        Targets = RawTracepoints,
        Event = target => new RawTracepointEvent(target),
        IsLink = link => link.Type == BpfLinkType.RawTracepoint,
    };

    internal static HookInfo TypedRawTracepoint { get; } = new("RawTracepoint", ProgramType.Tracing, "raw tracepoint")
    {
        Hook = ProgramHook.RawTracepoint,
        Btf = ("btf_trace_", BtfKind.Typedef),
        Event = BtfEvent.ForRawTracepoint,
        IsLink = link => IsTracing(link, ProgramHook.RawTracepoint),
    };

    internal static HookInfo Kprobe { get; } = new("Kprobe", ProgramType.Kprobe, "kernel function")
    {
        Probe = ProbeKind.Kprobe,
        Targets = () => TraceableFunctions.Current.Names,
        Event = target => RegisterEvent.ForKprobe(TraceableFunctions.Resolve(target)),
        IsLink = link => link.PerfEventType == BpfPerfEventType.Kprobe || IsMulti(link, BpfLinkType.KprobeMulti, 0),
    };

    internal static HookInfo Kretprobe { get; } = Kprobe with
    {
        Kind = "Kretprobe",
        Probe = ProbeKind.Kretprobe,
        IsReturn = true,
        Event = target => RegisterEvent.ForKretprobe(TraceableFunctions.Resolve(target)),
        IsLink = link =>
            link.PerfEventType == BpfPerfEventType.Kretprobe || IsMulti(link, BpfLinkType.KprobeMulti, MultiReturn),
    };

    internal static HookInfo Uprobe { get; } = new("Uprobe", ProgramType.Kprobe, "function")
    {
        Probe = ProbeKind.Uprobe,
        Event = _ => RegisterEvent.ForUprobe(),
        NeedsTarget = false,
        IsLink = link => link.PerfEventType == BpfPerfEventType.Uprobe || IsMulti(link, BpfLinkType.UprobeMulti, 0),
    };

    internal static HookInfo Uretprobe { get; } = Uprobe with
    {
        Kind = "Uretprobe",
        Probe = ProbeKind.Uretprobe,
        IsReturn = true,
        Event = target => RegisterEvent.ForUretprobe(target),
        IsLink = link =>
            link.PerfEventType == BpfPerfEventType.Uretprobe || IsMulti(link, BpfLinkType.UprobeMulti, MultiReturn),
    };

    internal static HookInfo Usdt { get; } = new("Usdt", ProgramType.Kprobe, "USDT probe")
    {
        Probe = ProbeKind.Usdt,
        Event = UsdtEvent.ForTarget,
    };

    internal static HookInfo Fentry { get; } = new("Fentry", ProgramType.Tracing, "kernel function")
    {
        Hook = ProgramHook.Fentry,
        IsDefault = true,
        Btf = ("", BtfKind.Function),
        Targets = TypedFunctions,
        Event = BtfEvent.ForEntry,
        // Kernels before 5.13 do not report the hook.
        IsLink = link => link is { Type: BpfLinkType.Tracing, AttachType: null or BpfAttachType.TraceFentry },
    };

    internal static HookInfo Fexit { get; } = Fentry with
    {
        Kind = "Fexit",
        Hook = ProgramHook.Fexit,
        IsDefault = false,
        IsReturn = true,
        Event = BtfEvent.ForReturn,
        IsLink = link => IsTracing(link, ProgramHook.Fexit),
    };

    internal static HookInfo ModifyReturn { get; } = Fexit with
    {
        Kind = "ModifyReturn",
        Hook = ProgramHook.ModifyReturn,
        IsReturn = false,
        IsLink = link => IsTracing(link, ProgramHook.ModifyReturn),
    };

    internal static HookInfo Lsm { get; } = new("Lsm", ProgramType.Lsm, "security hook")
    {
        Hook = ProgramHook.Lsm,
        IsDefault = true,
        Btf = ("bpf_lsm_", BtfKind.Function),
        Event = BtfEvent.ForSecurityHook,
        IsLink = link => IsTracing(link, ProgramHook.Lsm),
    };

    internal static HookInfo Iterator { get; } = new("Iterator", ProgramType.Tracing, "iterator")
    {
        Hook = ProgramHook.Iterator,
        Btf = ("bpf_iter_", BtfKind.Function),
        Targets = KernelTypes.Iterators,
        Event = BtfEvent.ForIterator,
        IsLink = link => link.Type == BpfLinkType.Iterator,
    };

    internal static HookInfo PerfEvent { get; } = new("PerfEvent", ProgramType.PerfEvent, "samples of")
    {
        Event = _ => new PerfSampleEvent(),
        NeedsTarget = false,
        IsLink = link => link.PerfEventType == BpfPerfEventType.Event,
    };

    /// <summary>The rows. Where several fit a definition or a link, the first counts.</summary>
    public static IReadOnlyList<HookInfo> All { get; } = (HookInfo[])
    [
        Xdp, Tc, SocketFilter, Tracepoint, RawTracepoint, Kprobe, Kretprobe, Uprobe, Uretprobe, Usdt, PerfEvent, Lsm,
        Fentry, Fexit, ModifyReturn, TypedRawTracepoint, Iterator,
        Kprobe with { Hook = ProgramHook.KprobeMulti, Probe = null },
        .. ControlGroup(ProgramType.CgroupSkb, true, Ingress, Egress),
        .. ControlGroup(ProgramType.CgroupSocket, true, SocketCreate, PostBind4, PostBind6, SocketRelease),
        .. ControlGroup(ProgramType.SockOps, true, SocketOperations),
        .. ControlGroup(ProgramType.CgroupDevice, true, Device),
        .. ControlGroup(
            ProgramType.CgroupSocketAddress, false,
            Bind4, Bind6, Connect4, Connect6, SendMessage4, SendMessage6, ReceiveMessage4, ReceiveMessage6),
        .. ControlGroup(ProgramType.CgroupSysctl, true, Sysctl),
        .. ControlGroup(ProgramType.CgroupSocketOption, false, GetSocketOption, SetSocketOption),
    ];

    /// <summary>The types of program that are attached to control groups.</summary>
    public static IReadOnlyList<ProgramType> ControlGroupTypes =>
        All.Where(row => row.IsControlGroup).Select(row => row.Type).Distinct().ToArray();

    /// <summary>The hooks that programs of a type can be declared for; none where the type leaves no choice.</summary>
    public static IReadOnlyList<ProgramHook> Of(ProgramType type) =>
        All.Where(row => row.Type == type).Select(row => row.Hook).OfType<ProgramHook>().ToArray();

    /// <summary>The hook of a program that declares none; null if it must declare one or the type needs none.</summary>
    public static ProgramHook? DefaultOf(ProgramType type) =>
        All.FirstOrDefault(row => row.Type == type && row.IsDefault)?.Hook;

    /// <summary>The row of a type and a hook; null where there is none.</summary>
    /// <param name="hook">The hook; null for the default of the type.</param>
    /// <param name="probe">The kind of probe; null for hooks that are none, and for a kprobe.</param>
    public static HookInfo? Find(ProgramType type, ProgramHook? hook = null, ProbeKind? probe = null)
    {
        if (type == ProgramType.Kprobe && hook is null) probe ??= ProbeKind.Kprobe;
        hook ??= DefaultOf(type);
        return All.FirstOrDefault(row => row.Type == type && row.Hook == hook && row.Probe == probe);
    }

    /// <summary>The row that a definition is for; null where it does not say enough.</summary>
    public static HookInfo? Find(ProgramDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (definition.Type != ProgramType.Kprobe) return Find(definition.Type, definition.Hook);
        var isInUserSpace = definition.Target.AsSpan().ContainsAny('/', ':');
        return Find(definition.Type, null, definition.Probe ?? (isInUserSpace ? ProbeKind.Uprobe : ProbeKind.Kprobe));
    }

    // The program and its function are loaded for the hook, which the link then repeats.
    private static bool IsTracing(LinkInfo link, ProgramHook hook) =>
        link.Type == BpfLinkType.Tracing && link.AttachType == (BpfAttachType)hook;

    private static bool IsMulti(LinkInfo link, BpfLinkType type, uint flags) =>
        link.Type == type && (link.Flags & MultiReturn) == flags;

    private static HookInfo[] ControlGroup(ProgramType type, bool firstIsDefault, params ProgramHook[] hooks) =>
        Array.ConvertAll(hooks, hook => new HookInfo("Cgroup", type, "control group")
        {
            Hook = hook,
            IsDefault = firstIsDefault && hook == hooks[0],
            IsControlGroup = true,
            IsLink = link => link.Type == BpfLinkType.Cgroup,
        });

    // Where the kernel does not list the functions it can trace, all functions with types are offered.
    private static IEnumerable<string> TypedFunctions()
    {
        var typed = KernelTypes.NamesInModules("", BtfKind.Function);
        return TraceableFunctions.Current is { IsExact: true } traceable ? typed.Where(traceable.Contains) : typed;
    }

    // The two tracepoints of each system call in tracefs are no raw ones. Those of all system calls are in BTF only.
    private static IEnumerable<string> RawTracepoints() => TraceFs.Current.Tracepoints
        .Where(name => !name.StartsWith("syscalls/", StringComparison.Ordinal))
        .Select(name => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..])
        .Concat(TypedRawTracepoint.TargetNames())
        .Distinct();
}
