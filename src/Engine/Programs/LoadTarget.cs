using EbpfCat.Btf;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Tracing;

namespace EbpfCat.Programs;

/// <summary>
/// What a program is verified for: some hooks must be told when it is loaded, and those typed by BTF take the id of the
/// function or type that they trace.
/// </summary>
internal sealed class LoadTarget : IDisposable
{
    // How the kernel names, in its BTF, what each hook is attached to; and what to call it when there is none.
    private static readonly Dictionary<BpfAttachType, (string Prefix, BtfKind Kind, string What)> Names = new()
    {
        [BpfAttachType.TraceFentry] = ("", BtfKind.Function, "kernel function"),
        [BpfAttachType.TraceFexit] = ("", BtfKind.Function, "kernel function"),
        [BpfAttachType.ModifyReturn] = ("", BtfKind.Function, "kernel function"),
        [BpfAttachType.TraceRawTracepoint] = ("btf_trace_", BtfKind.Typedef, "raw tracepoint"),
        [BpfAttachType.LsmMac] = ("bpf_lsm_", BtfKind.Function, "security hook"),
        [BpfAttachType.TraceIterator] = ("bpf_iter_", BtfKind.Function, "iterator"),
    };

    private LoadTarget(BpfAttachType attachType, uint btfId = 0, BtfDescriptor? btf = null, bool ownsBtf = false) =>
        (AttachType, BtfId, Btf, OwnsBtf) = (attachType, btfId, btf, ownsBtf);

    /// <summary>Where it is to be attached; 0 where its type tells enough.</summary>
    public BpfAttachType AttachType { get; }

    /// <summary>The id of what it is attached to, or 0.</summary>
    public uint BtfId { get; }

    /// <summary>The module's types that the id is in; null for the kernel's.</summary>
    public BtfDescriptor? Btf { get; }

    private bool OwnsBtf { get; }

    /// <summary>Finds what a program is to be attached to.</summary>
    /// <exception cref="UnknownNameException">The kernel has no such function, tracepoint, security hook or iterator.</exception>
    /// <exception cref="KernelException">The kernel has no types of its own, or the definition names no target.</exception>
    public static LoadTarget Find(ProgramDefinition definition)
    {
        var attachType = AttachTypeOf(definition);
        if (!Names.TryGetValue(attachType, out var names)) return new LoadTarget(attachType);
        var operation = $"load the program '{definition.Name}'";
        if (string.IsNullOrEmpty(definition.Target))
        {
            throw new KernelException(
                operation, Errno.EINVAL, $"it names no {names.What} to be attached to", "Give the definition a Target.");
        }

        return Find(definition.Target, attachType, operation);
    }

    /// <summary>The names that a program can be attached to by a hook typed by BTF, in the kernel and its modules.</summary>
    public static IEnumerable<string> Candidates(BpfAttachType attachType)
    {
        if (attachType == BpfAttachType.TraceIterator) return KernelTypes.Iterators();
        var (prefix, kind, _) = Names[attachType];
        return Sources().SelectMany(source => source.Types.All)
            .Where(type => type.Kind == kind && type.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(type => type.Name[prefix.Length..])
            .Distinct();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (OwnsBtf) Btf?.Dispose();
    }

    private static BpfAttachType AttachTypeOf(ProgramDefinition definition)
    {
        if (definition.Hook is { } hook)
        {
            return ProgramHooks.Of(definition.Type).Contains(hook)
                ? (BpfAttachType)hook
                : throw new KernelException(
                    $"load the program '{definition.Name}'", Errno.EINVAL,
                    $"a program of type {definition.Type} has no hook {hook}",
                    ProgramHooks.Of(definition.Type) is { Count: > 0 } hooks ? $"It has {string.Join(", ", hooks)}." : null);
        }

        if (definition is { Type: ProgramType.Kprobe, Probe: null or ProbeKind.Kprobe or ProbeKind.Kretprobe, Target: { } target }
            && Wildcard.IsPattern(target) && KprobeMulti.IsPresent)
        {
            return BpfAttachType.TraceKprobeMulti;
        }

        // For packets of a control group a hook that is told is also demanded later.
        return definition.Type == ProgramType.CgroupSkb ? 0 : (BpfAttachType)(ProgramHooks.DefaultOf(definition.Type) ?? 0);
    }

    private static LoadTarget Find(string target, BpfAttachType attachType, string operation)
    {
        var (prefix, kind, what) = Names[attachType];
        if (BtfTypes.Kernel is null)
        {
            throw new KernelException(
                operation, Errno.ENOENT, $"the kernel has no types of its own, by which a {what} is found",
                "Use a kernel built with CONFIG_DEBUG_INFO_BTF.");
        }

        if (attachType == BpfAttachType.TraceIterator) KernelTypes.RequireIterator(target);
        foreach (var (module, types) in Sources())
        {
            if (types.Find(prefix + target, kind) is not { } found) continue;
            var btf = module is null ? null : OpenModule(module);
            return new LoadTarget(attachType, (uint)found.Id, btf, ownsBtf: true);
        }

        throw new UnknownNameException(
            what, target, Candidates(attachType),
            remark: kind == BtfKind.Function && prefix.Length == 0 && KernelSymbols.Current.Find(target) is not null
                ? "The kernel has a symbol of this name, but no type for it."
                : null);
    }

    // The kernel first; modules are looked through only when it has not what is wanted.
    private static IEnumerable<(string? Module, BtfTypes Types)> Sources()
    {
        if (BtfTypes.Kernel is not { } kernel) yield break;
        yield return (null, kernel);
        foreach (var path in Directory.EnumerateFiles("/sys/kernel/btf").Order(StringComparer.Ordinal))
        {
            var module = Path.GetFileName(path);
            if (module != "vmlinux" && BtfTypes.ForModule(module) is { } types) yield return (module, types);
        }
    }

    private static BtfDescriptor OpenModule(string module)
    {
        foreach (var id in Bpf.BtfIds())
        {
            var btf = Bpf.GetBtf(id);
            if (Bpf.GetBtfInfo(btf) is { IsKernel: true } info && info.Name == module) return btf;
            btf.Dispose();
        }

        throw new KernelException($"open the types of the module '{module}'", Errno.ENOENT, "it was unloaded");
    }
}
