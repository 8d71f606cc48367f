namespace EbpfCat.Attachments;

/// <summary>
/// A program attached to a control group (version 2) and the groups below it: by a link since Linux 5.7; before, by
/// BPF_PROG_ATTACH beside the programs that are there.
/// </summary>
public sealed class CgroupAttachment : LinkAttachment
{
    // BPF_F_ALLOW_MULTI
    private const uint AllowMulti = 2;

    private CgroupAttachment(
        LoadedProgram program, CgroupAttachOptions options, string directory, ProgramHook hook, AttachmentHandle handle)
        : base(program, options, directory, handle) => Hook = hook;

    /// <summary>The hook of the control group.</summary>
    public ProgramHook Hook { get; }

    /// <summary>Attaches a program to a control group.</summary>
    /// <exception cref="UnknownNameException">There is no such control group; names the nearest ones.</exception>
    /// <exception cref="KernelException">
    /// ENODEV: control groups of version 2 are not mounted. EINVAL: the program was made for another hook, or not for
    /// control groups. EPERM: no privilege, or the group has a program that does not allow others.
    /// </exception>
    public static CgroupAttachment Attach(LoadedProgram program, CgroupAttachOptions options)
    {
        options = AttachOptions.Resolve(options, program);
        var operation = options.Operation(program);
        var hook = options.HookFor(program.Type);
        var hooks = HookTable.Of(program.Type);
        if (hook is null || !hooks.Contains(hook.Value))
        {
            throw new KernelException(
                operation, Errno.EINVAL,
                hook is null ? "no hook is named" : $"a program of type {program.Type} has no hook {hook}",
                $"There are {string.Join(", ", hooks)}.");
        }

        var directory = ControlGroups.Find(options.Path!);
        var attachType = (BpfAttachType)hook;
        var handle = AttachmentHandle.Build(handle =>
        {
            var group = ControlGroups.Open(directory, operation);
            if (!AttachmentHandle.AvoidsLinks && KernelFacts.RunningVersion >= ControlGroups.LinksSince)
            {
                using (group) handle.Add(Bpf.CreateLink(program.Descriptor, group, attachType));
                return;
            }

            handle.Add(group);
            Bpf.AttachProgram(program.Descriptor, group, attachType, AllowMulti);
            handle.OutlivesProcess = true;
            handle.Undo(() => Detach(program, directory, attachType, operation));
        });
        return Complete(new CgroupAttachment(program, options, directory, hook.Value, handle), options);
    }

    private static void Detach(LoadedProgram program, string directory, BpfAttachType attachType, string operation)
    {
        if (!Directory.Exists(directory)) return;
        using var group = ControlGroups.Open(directory, operation);
        Bpf.DetachProgram(program.Descriptor, group, attachType);
    }
}

/// <summary>Attaches a program of a type for control groups.</summary>
/// <param name="Path">
/// The group's directory, or its name below the root: <c>user.slice</c>; null for the target of the program's
/// definition.
/// </param>
/// <param name="Hook">The hook; null for the hook of the program's definition, else the default of its type.</param>
public sealed record CgroupAttachOptions(string? Path = null, ProgramHook? Hook = null) : AttachOptions
{
    public override IReadOnlyList<ProgramType> ProgramTypes
    {
        get
        {
            ProgramType[] types = [.. HookTable.ControlGroupTypes.Where(
                type => Hook is { } hook && HookTable.Of(type).Contains(hook))];
            return types.Length > 0 ? types : HookTable.ControlGroupTypes;
        }
    }

    internal override HookInfo Row =>
        HookTable.All.First(row => row.IsControlGroup && (Hook is null || row.Hook == Hook));

    internal override string? Target => Path;

    public override CgroupAttachment Attach(LoadedProgram program) => CgroupAttachment.Attach(program, this);

    internal override CgroupAttachOptions For(ProgramDefinition? definition) =>
        this with { Path = Path ?? definition?.Target, Hook = Hook ?? definition?.Hook };

    internal override ProgramHook? HookFor(ProgramType type) => Hook ?? HookTable.DefaultOf(type);
}
