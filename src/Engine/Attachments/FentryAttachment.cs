namespace EbpfCat.Attachments;

/// <summary>
/// A program attached to entry or return of a kernel function, whose arguments it reads by type (fentry, fexit,
/// fmod_ret; Linux 5.5). The verifier must know the function when the program is loaded.
/// </summary>
public sealed class FentryAttachment : LinkAttachment
{
    private FentryAttachment(LoadedProgram program, FentryAttachOptions options, AttachmentHandle handle)
        : base(program, options, options.Target!, handle) { }

    /// <summary>Attaches a program to the function it was loaded for.</summary>
    /// <exception cref="KernelException">
    /// ENOTSUPP, EBUSY: the kernel cannot attach programs to this function. EPERM, EACCES: no privilege, or the kernel
    /// is locked down. EINVAL: the program was loaded for another hook or function.
    /// </exception>
    public static FentryAttachment Attach(LoadedProgram program, FentryAttachOptions? options = null)
    {
        options = AttachOptions.Resolve(options ?? new(), program);
        var handle = AttachmentHandle.Build(handle =>
            handle.Add(TracingHooks.Open(program, options.Operation(program))));
        return Complete(new FentryAttachment(program, options, handle), options);
    }
}

/// <summary>Attaches a program of type Tracing to a kernel function.</summary>
/// <param name="Function">The function; null for the target of the program's definition.</param>
public sealed record FentryAttachOptions(string? Function = null) : AttachOptions
{
    /// <summary>
    /// <see cref="ProgramHook.Fentry"/>, <see cref="ProgramHook.Fexit"/> or <see cref="ProgramHook.ModifyReturn"/>;
    /// null for the hook of the program's definition, else Fentry.
    /// </summary>
    public ProgramHook? Hook { get; init; }

    internal override HookInfo Row => Hook switch
    {
        ProgramHook.Fexit => HookTable.Fexit,
        ProgramHook.ModifyReturn => HookTable.ModifyReturn,
        _ => HookTable.Fentry,
    };

    internal override string? Target => Function;

    public override FentryAttachment Attach(LoadedProgram program) => FentryAttachment.Attach(program, this);

    internal override FentryAttachOptions For(ProgramDefinition? definition) => this with
    {
        Function = Function is null ? definition?.Target : TraceableFunctions.Resolve(Function),
        Hook = Hook ?? (definition?.Hook is ProgramHook.Fexit or ProgramHook.ModifyReturn ? definition.Hook : null),
    };
}
