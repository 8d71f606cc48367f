namespace EbpfCat.Commands;

/// <summary>Attaches a program to a raw tracepoint.</summary>
[Cmdlet(VerbsCommon.New, "RawTracepointAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(RawTracepointAttachment))]
public sealed class NewRawTracepointAttachmentCommand : ProcessAttachmentCommand
{
    [Parameter(Position = 0), ArgumentCompleter(typeof(RawTracepointCompleter)), ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    protected override object? ErrorTarget => Name;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        new RawTracepointAttachOptions(NameOf(Name, definition, "raw tracepoint", nameof(Name)));
}
