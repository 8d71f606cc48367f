using System.Management.Automation;
using EbpfCat.Attachments;
using EbpfCat.Completion;
using EbpfCat.Language;
using EbpfCat.Tracing;

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

    /// <summary>
    /// Which of the group's doings the program sees; what its type means without saying where none is given.
    /// </summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(ControlGroupHookCompleter))]
    public ProgramHook? Hook { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Path;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition)
    {
        var hook = Hook ?? definition?.Hook;
        if (hook is null && definition is not null && HookTable.ControlGroupTypes.Contains(definition.Type)
            && HookTable.DefaultOf(definition.Type) is null)
        {
            var hooks = string.Join(", ", HookTable.Of(definition.Type));
            throw new ArgumentException($"A program of type {definition.Type} has several hooks: say -Hook {hooks}.");
        }

        return new CgroupAttachOptions(Path, hook);
    }
}
