namespace EbpfCat.Commands;

/// <summary>Attaches a program to a control group.</summary>
[Cmdlet(VerbsCommon.New, "CgroupAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(CgroupAttachment))]
public sealed class NewCgroupAttachmentCommand : PinnableAttachmentCommand
{
    [Parameter(Mandatory = true, Position = 0), ArgumentCompleter(typeof(ControlGroupCompleter))]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = null!;

    [Parameter(Position = 1), ArgumentCompleter(typeof(ControlGroupHookCompleter))]
    public ProgramHook? Hook { get; set; }

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
