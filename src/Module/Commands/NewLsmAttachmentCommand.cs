namespace EbpfCat.Commands;

/// <summary>Attaches a program to a hook of the Linux security modules.</summary>
[Cmdlet(VerbsCommon.New, "LsmAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(LsmAttachment))]
public sealed class NewLsmAttachmentCommand : ProcessAttachmentCommand
{
    [Parameter(Position = 0), ArgumentCompleter(typeof(SecurityHookCompleter)), ValidateNotNullOrEmpty]
    public string? Hook { get; set; }

    protected override object? ErrorTarget => Hook;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        new LsmAttachOptions(NameOf(Hook, definition, "security hook", nameof(Hook)));
}
