namespace EbpfCat.Attachments;

/// <summary>A program attached to a raw tracepoint, which passes arguments as numbers or typed by BTF.</summary>
public sealed class RawTracepointAttachment : LinkAttachment
{
    private RawTracepointAttachment(LoadedProgram program, RawTracepointAttachOptions options, AttachmentHandle handle)
        : base(program, options, options.Target!, handle) { }

    /// <summary>Attaches a program to a raw tracepoint.</summary>
    /// <exception cref="UnknownNameException">There is no such tracepoint; names the nearest ones.</exception>
    /// <exception cref="KernelException">
    /// EPERM, EACCES: no privilege, or the kernel is locked down. EINVAL: the program was loaded for another
    /// tracepoint.
    /// </exception>
    public static RawTracepointAttachment Attach(LoadedProgram program, RawTracepointAttachOptions? options = null)
    {
        options = AttachOptions.Resolve(options ?? new(), program);
        var name = program.Type == ProgramType.Tracing ? null : options.Target;
        var handle = AttachmentHandle.Build(handle => handle.Add(Open(program, name)));
        return Complete(new RawTracepointAttachment(program, options, handle), options);
    }

    private static LinkDescriptor Open(LoadedProgram program, string? name)
    {
        try
        {
            return Bpf.OpenRawTracepoint(program.Descriptor, name);
        }
        catch (KernelException refusal) when (refusal.Errno == Errno.ENOENT && name is not null)
        {
            throw new UnknownNameException(
                "raw tracepoint", name, HookTable.RawTracepoint.TargetNames(),
                remark: name.StartsWith("sys_e", StringComparison.Ordinal)
                    ? "System calls have two raw tracepoints for all of them: sys_enter and sys_exit." : null);
        }
    }
}

/// <summary>
/// Attaches a program of type RawTracepoint (Linux 4.17), or of type Tracing with
/// <see cref="ProgramHook.RawTracepoint"/> (Linux 5.5).
/// </summary>
/// <param name="Name">The name, with or without category (<c>sched_switch</c>); null: the definition's target.</param>
public sealed record RawTracepointAttachOptions(string? Name = null) : AttachOptions
{
    public override IReadOnlyList<ProgramType> ProgramTypes =>
        (ProgramType[])[ProgramType.RawTracepoint, ProgramType.Tracing];

    // The kernel knows it without the category that it has in tracefs.
    internal override HookInfo Row => HookTable.RawTracepoint;

    internal override string? Target => Name?[(Name.LastIndexOfAny(['/', ':']) + 1)..];

    public override RawTracepointAttachment Attach(LoadedProgram program) =>
        RawTracepointAttachment.Attach(program, this);

    internal override RawTracepointAttachOptions For(ProgramDefinition? definition) =>
        this with { Name = Name ?? definition?.Target };

    internal override ProgramHook? HookFor(ProgramType type) =>
        type == ProgramType.Tracing ? HookTable.TypedRawTracepoint.Hook : null;
}
