namespace EbpfCat.Commands;

/// <summary>Attaches a program to a kernel function whose arguments it reads by name.</summary>
[Cmdlet(VerbsCommon.New, "FentryAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(FentryAttachment))]
public sealed class NewFentryAttachmentCommand : ProcessAttachmentCommand
{
    [Parameter(Position = 0), ArgumentCompleter(typeof(TypedFunctionCompleter)), ValidateNotNullOrEmpty]
    public string? Function { get; set; }

    [Parameter]
    public SwitchParameter Return { get; set; }

    protected override object? ErrorTarget => Function;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        new FentryAttachOptions(NameOf(Function, definition, "kernel function", nameof(Function)))
        {
            Hook = Return ? ProgramHook.Fexit : null,
        };
}
