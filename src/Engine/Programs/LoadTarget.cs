namespace EbpfCat.Programs;

/// <summary>
/// What a program is verified for: some hooks must be told when it is loaded, and those typed by BTF take the id of the
/// function or type that they trace.
/// </summary>
internal sealed class LoadTarget : IDisposable
{
    private LoadTarget(BpfAttachType attachType, uint btfId = 0, BtfDescriptor? btf = null, bool ownsBtf = false) =>
        (AttachType, BtfId, Btf, OwnsBtf) = (attachType, btfId, btf, ownsBtf);

    /// <summary>The attach type for loading; 0 if the program type needs none.</summary>
    public BpfAttachType AttachType { get; }

    /// <summary>The id of what it is attached to, or 0.</summary>
    public uint BtfId { get; }

    /// <summary>The module's types that the id is in; null for the kernel's.</summary>
    public BtfDescriptor? Btf { get; }

    private bool OwnsBtf { get; }

    /// <summary>Finds what a program is to be attached to.</summary>
    /// <exception cref="UnknownNameException">There is no such function, tracepoint, hook or iterator.</exception>
    /// <exception cref="KernelException">The kernel has no BTF, or the definition names no target.</exception>
    public static LoadTarget Find(ProgramDefinition definition)
    {
        var attachType = AttachTypeOf(definition);
        var hook = HookTable.Find(definition.Type, (ProgramHook)attachType);
        if (hook?.Btf is null) return new LoadTarget(attachType);
        var operation = $"load the program '{definition.Name}'";
        if (string.IsNullOrEmpty(definition.Target))
        {
            throw new KernelException(
                operation, Errno.EINVAL, $"it names no {hook.What} to be attached to", "Give the definition a Target.");
        }

        return Find(definition.Target, hook, operation);
    }

    public void Dispose()
    {
        if (OwnsBtf) Btf?.Dispose();
    }

    private static BpfAttachType AttachTypeOf(ProgramDefinition definition)
    {
        if (definition.Hook is { } hook)
        {
            var hooks = HookTable.Of(definition.Type);
            return hooks.Contains(hook)
                ? (BpfAttachType)hook
                : throw new KernelException(
                    $"load the program '{definition.Name}'", Errno.EINVAL,
                    $"a program of type {definition.Type} has no hook {hook}",
                    hooks.Count > 0 ? $"It has {string.Join(", ", hooks)}." : null);
        }

        if (definition is { Type: ProgramType.Kprobe, Target: { } target } && Wildcard.IsPattern(target)
            && definition.Probe is null or ProbeKind.Kprobe or ProbeKind.Kretprobe && KprobeMulti.IsPresent)
        {
            return BpfAttachType.TraceKprobeMulti;
        }

        // A program for packets of a control group that is loaded for a hook can be attached to that hook only.
        return definition.Type == ProgramType.CgroupSkb
            ? 0 : (BpfAttachType)(HookTable.DefaultOf(definition.Type) ?? 0);
    }

    private static LoadTarget Find(string target, HookInfo hook, string operation)
    {
        var (prefix, kind) = hook.Btf!.Value;
        if (BtfTypes.Kernel is null)
        {
            throw new KernelException(
                operation, Errno.ENOENT, $"the kernel has no types of its own, by which a {hook.What} is found",
                "Use a kernel built with CONFIG_DEBUG_INFO_BTF.");
        }

        if (hook == HookTable.Iterator) KernelTypes.RequireIterator(target);
        foreach (var (module, types) in KernelTypes.Sources())
        {
            if (types.Find(prefix + target, kind) is not { } found) continue;
            var btf = module is null ? null : OpenModule(module);
            return new LoadTarget((BpfAttachType)hook.Hook!, (uint)found.Id, btf, ownsBtf: true);
        }

        throw new UnknownNameException(
            hook.What, target, KernelTypes.NamesInModules(prefix, kind),
            remark: kind == BtfKind.Function && prefix.Length == 0 && KernelSymbols.Current.Find(target) is not null
                ? "The kernel has a symbol of this name, but no type for it." : null);
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
