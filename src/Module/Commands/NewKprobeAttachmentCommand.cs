namespace EbpfCat.Commands;

/// <summary>Attaches a program to kernel functions.</summary>
[Cmdlet(VerbsCommon.New, "KprobeAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(KprobeAttachment))]
public sealed class NewKprobeAttachmentCommand : ProcessAttachmentCommand
{
    [Parameter(Position = 0), SupportsWildcards, ArgumentCompleter(typeof(KernelFunctionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Function { get; set; }

    [Parameter]
    public ulong Offset { get; set; }

    [Parameter]
    public SwitchParameter Return { get; set; }

    protected override object? ErrorTarget => Function;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        new KprobeAttachOptions(NameOf(Function, definition, "kernel function", nameof(Function)))
        {
            OnReturn = Return,
            Offset = Offset,
        };
}
