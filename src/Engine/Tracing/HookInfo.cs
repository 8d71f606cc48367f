namespace EbpfCat.Tracing;

/// <summary>A hook: a row of <see cref="HookTable"/>.</summary>
/// <param name="Kind">The kind of its attachments: <c>Kretprobe</c>.</param>
/// <param name="Type">The type of its programs.</param>
/// <param name="What">The kind of its targets, in words: <c>kernel function</c>.</param>
public sealed record HookInfo(string Kind, ProgramType Type, string What)
{
    /// <summary>The hook that a definition names; null where the type leaves no choice.</summary>
    public ProgramHook? Hook { get; init; }

    /// <summary>The kind of probe; null for hooks that are none.</summary>
    public ProbeKind? Probe { get; init; }

    /// <summary>Whether a definition of the type that names no hook is for this one.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Whether programs run when the target returns.</summary>
    public bool IsReturn { get; init; }

    /// <summary>Whether targets are control groups.</summary>
    public bool IsControlGroup { get; init; }

    /// <summary>The first version of Linux that has it; null where that is not known.</summary>
    public Version? Since => Hook is { } hook
        ? KernelFacts.Since((BpfAttachType)hook) : KernelFacts.Since((BpfProgramType)Type);

    /// <summary>The names of targets in the kernel's BTF: their prefix and kind; null for other hooks.</summary>
    internal (string Prefix, BtfKind Kind)? Btf { get; init; }

    /// <summary>Lists the names of targets, where they are not all names in BTF.</summary>
    internal Func<IEnumerable<string>>? Targets { get; init; }

    /// <summary>Resolves the event of a target; null where programs see a packet or a context instead.</summary>
    internal Func<string, ITracedEvent?>? Event { get; init; }

    /// <summary>Whether the fields of the event depend on the target.</summary>
    internal bool NeedsTarget { get; init; } = true;

    /// <summary>Whether a link is one of this hook; null where the hook has no links of its own.</summary>
    internal Func<LinkInfo, bool>? IsLink { get; init; }

    /// <summary>The names of its targets on this machine, in no particular order; none if they have no names.</summary>
    /// <exception cref="KernelException">They cannot be read: no privilege, or the kernel is locked down.</exception>
    public IEnumerable<string> TargetNames() =>
        Targets?.Invoke() ?? (Btf is var (prefix, kind) ? KernelTypes.NamesInModules(prefix, kind) : []);

    /// <summary>The hook on a target, for messages: <c>the return of kernel function 'tcp_close'</c>.</summary>
    public string Describe(string? target) => $"{(IsReturn ? "the return of " : "")}{What} '{target}'";
}
