namespace EbpfCat.Commands;

/// <summary>Attaches a program to a tracepoint.</summary>
[Cmdlet(VerbsCommon.New, "TracepointAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(TracepointAttachment))]
public sealed class NewTracepointAttachmentCommand : ProcessAttachmentCommand
{
    [Parameter(Position = 0), ArgumentCompleter(typeof(TracepointCompleter)), ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    protected override object? ErrorTarget => Name;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        new TracepointAttachOptions(NameOf(Name, definition, "tracepoint", nameof(Name)));
}
