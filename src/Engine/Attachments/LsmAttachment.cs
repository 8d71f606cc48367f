namespace EbpfCat.Attachments;

/// <summary>A program attached to a hook of the Linux security modules (Linux 5.7): it may refuse operations.</summary>
public sealed class LsmAttachment : LinkAttachment
{
    private LsmAttachment(LoadedProgram program, LsmAttachOptions options, AttachmentHandle handle)
        : base(program, options, options.Target!, handle) { }

    /// <summary>Attaches a program to the security hook it was loaded for.</summary>
    /// <exception cref="KernelException">
    /// EOPNOTSUPP: <c>bpf</c> is not among the active security modules, so that the program would never run. ENOTSUPP:
    /// the kernel cannot attach programs to the hook. EPERM, EACCES: no privilege, or the kernel is locked down.
    /// </exception>
    public static LsmAttachment Attach(LoadedProgram program, LsmAttachOptions? options = null)
    {
        options = AttachOptions.Resolve(options ?? new(), program);
        var operation = options.Operation(program);
        if (SecurityModules.Active is { } active && !active.Contains("bpf"))
        {
            throw new KernelException(
                operation, Errno.EOPNOTSUPP,
                $"bpf is not among the active security modules ({string.Join(", ", active)}), "
                    + "so that it would never run",
                $"Boot the kernel with lsm={string.Join(',', active.Append("bpf"))}; it needs CONFIG_BPF_LSM.");
        }

        var handle = AttachmentHandle.Build(handle => handle.Add(TracingHooks.Open(program, operation)));
        return Complete(new LsmAttachment(program, options, handle), options);
    }
}

/// <summary>Attaches a program of type Lsm to a security hook.</summary>
/// <param name="SecurityHook">The hook, such as <c>file_open</c>; null for the definition's target.</param>
public sealed record LsmAttachOptions(string? SecurityHook = null) : AttachOptions
{
    internal override HookInfo Row => HookTable.Lsm;

    internal override string? Target => SecurityHook;

    public override LsmAttachment Attach(LoadedProgram program) => LsmAttachment.Attach(program, this);

    internal override LsmAttachOptions For(ProgramDefinition? definition) =>
        this with { SecurityHook = SecurityHook ?? definition?.Target };
}
