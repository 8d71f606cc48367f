namespace EbpfCat.Attachments;

/// <summary>
/// Where and how to attach a program: each kind of attachment has a record of its own. Where the record names no
/// target, the target of the program's definition is taken.
/// </summary>
/// <example>
/// <code>
/// using var attachment = new KprobeAttachOptions("tcp_close").Attach(definition);
/// using var other = XdpAttachment.Attach(loaded, new("eth0") { Mode = XdpMode.Generic });
/// </code>
/// </example>
[SupportedOSPlatform("linux")]
public abstract record AttachOptions
{
    private protected AttachOptions() { }

    /// <summary>The name of a pin that keeps the attachment (see <see cref="PinDirectory"/>), or null.</summary>
    public string? Pin { get; init; }

    /// <summary>Whether disposing the attachment disposes the program too.</summary>
    public bool OwnsProgram { get; init; }

    /// <summary>The hook in words, for messages: <c>tracepoint 'sched/sched_switch'</c>.</summary>
    public virtual string Description => Row.Describe(Target);

    /// <summary>The types of program that can be attached so.</summary>
    public virtual IReadOnlyList<ProgramType> ProgramTypes => (ProgramType[])[Row.Type];

    /// <summary>How a program is loaded for this; null for the default.</summary>
    public virtual LoadOptions? LoadOptions => null;

    /// <summary>The target as a definition names it; null where none is named.</summary>
    internal abstract string? Target { get; }

    /// <summary>The hook in the table of hooks.</summary>
    internal abstract HookInfo Row { get; }

    /// <summary>Compiles a program, loads it and attaches it. The attachment owns the program.</summary>
    /// <param name="definition">The program. It stays as it is.</param>
    /// <exception cref="CompileException">The program cannot be compiled.</exception>
    /// <exception cref="KernelException">The kernel refused to load or to attach it.</exception>
    public Attachment Attach(ProgramDefinition definition) =>
        AttachOwned(EbpfProgram.Load(Complete(definition), LoadOptions));

    /// <summary>Attaches a loaded program, which the attachment then owns. Disposes it if that fails.</summary>
    /// <exception cref="KernelException">Refused by the kernel, or loaded for another hook or target.</exception>
    public Attachment AttachOwned(LoadedProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        try
        {
            return (this with { OwnsProgram = true }).Attach(program);
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    /// <summary>Attaches a loaded program.</summary>
    /// <exception cref="KernelException">Refused by the kernel, or loaded for another hook or target.</exception>
    public abstract Attachment Attach(LoadedProgram program);

    /// <summary>Completes a definition: gives it the hook and target of these options.</summary>
    /// <param name="definition">The program. It stays as it is.</param>
    /// <returns>A copy of the definition.</returns>
    /// <exception cref="KernelException">EINVAL: it was declared for another type, hook or target.</exception>
    public ProgramDefinition Complete(ProgramDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var named = For(definition);
        named.Check(definition.Name, definition.Type, definition.Hook, definition.Target);
        var completed = definition.Copy();
        completed.Target ??= named.Target;
        completed.Hook ??= named.HookFor(definition.Type);
        completed.Probe ??= named.Row.Probe;
        named.Adapt(completed);
        return completed;
    }

    /// <summary>Refuses a loaded program that was made for another type, hook or target.</summary>
    /// <exception cref="KernelException">EINVAL: it was.</exception>
    public void Check(LoadedProgram program) => Resolve(this, program);

    /// <summary>Takes the target from the definition if these options name none; checks the program.</summary>
    internal static T Resolve<T>(T options, LoadedProgram program)
        where T : AttachOptions
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(options);
        var resolved = (T)options.For(program.Definition);
        ProgramHook? hook = program.AttachType == 0 ? null : (ProgramHook)program.AttachType;
        resolved.Check(program.Name, program.Type, hook, program.Definition?.Target);
        if (resolved.Target is { Length: > 0 }) return resolved;
        throw new KernelException(
            $"attach the program '{program.Name}'", Errno.EINVAL, "no target is named",
            "Name one in the options, or in the program's definition.");
    }

    /// <summary>Sets what a program must be compiled with for its target.</summary>
    internal virtual void Adapt(ProgramDefinition completed) { }

    /// <summary>The same options, with the target of the definition where they name none.</summary>
    internal abstract AttachOptions For(ProgramDefinition? definition);

    /// <summary>The hook of a program of a type; null where the type leaves no choice.</summary>
    internal virtual ProgramHook? HookFor(ProgramType type) => Row.Hook;

    /// <summary>The operation, for messages.</summary>
    internal string Operation(LoadedProgram program) => $"attach the program '{program.Name}' to {Description}";

    private void Check(string name, ProgramType type, ProgramHook? declaredHook, string? declaredTarget)
    {
        if (!ProgramTypes.Contains(type))
            throw Refuse("WrongProgramType", $"it is of type {type}", string.Join(" or ", ProgramTypes));
        // The verifier checks these types for one hook and target. Other programs may be attached to any.
        if (type is not (ProgramType.Tracing or ProgramType.Lsm)) return;
        var hook = HookFor(type);
        if (hook is not null && declaredHook is not null && declaredHook != hook)
            throw Refuse("WrongHook", $"it was declared for the hook {declaredHook}", hook);
        if (Target is not null && declaredTarget is not null && declaredTarget != Target)
            throw Refuse("WrongTarget", $"it was declared for '{declaredTarget}'", Target);

        KernelException Refuse(string id, string cause, object expected) => new(
            $"attach the program '{name}' to {Description}", Errno.EINVAL, cause,
            $"This takes a program for {expected}.")
        {
            Id = id,
            Arguments = [expected],
        };
    }
}
