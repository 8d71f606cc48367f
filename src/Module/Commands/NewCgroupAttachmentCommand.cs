using System.Management.Automation;
using EbpfCat.Attachments;
using EbpfCat.Completion;
using EbpfCat.Language;

namespace EbpfCat.Commands;

/// <summary>Attaches a program to a control group.</summary>
[Cmdlet(VerbsCommon.New, "CgroupAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(CgroupAttachment))]
public sealed class NewCgroupAttachmentCommand : PinnableAttachmentCommand
{
    /// <summary>The group: its name below the root, or its directory.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(ControlGroupCompleter))]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = null!;

    /// <summary>Which of the group's doings the program sees; what its type means without saying where none is given.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(ControlGroupHookCompleter))]
    public ProgramHook? Hook { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Path;

    private protected override Hook HookFor(ProgramType type, ProgramDefinition? definition)
    {
        var hook = Hook ?? definition?.Hook;
        if (hook is null && ProgramHooks.OfControlGroups.Contains(type) && ProgramHooks.DefaultOf(type) is null)
            throw new ArgumentException($"A program of type {type} has several hooks: say -Hook {string.Join(", ", ProgramHooks.Of(type))}.");
        return Hooks.Cgroup(TypeFor(hook, type), Path, hook);
    }

    // The program's own type where that has the hook; else the first that has it, which the error then names.
    private static ProgramType TypeFor(ProgramHook? hook, ProgramType type) =>
        ProgramHooks.OfControlGroups.Contains(type) && (hook is null || ProgramHooks.Of(type).Contains(hook.Value)) ? type
        : ProgramHooks.OfControlGroups.First(one => hook is null || ProgramHooks.Of(one).Contains(hook.Value));
}
