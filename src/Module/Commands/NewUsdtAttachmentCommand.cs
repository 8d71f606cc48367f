namespace EbpfCat.Commands;

/// <summary>Attaches a program to places that the authors of programs and libraries marked.</summary>
[Cmdlet(VerbsCommon.New, "UsdtAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(UsdtAttachment))]
public sealed class NewUsdtAttachmentCommand : UserProbeCommand
{
    [Parameter(Mandatory = true, Position = 1), ArgumentCompleter(typeof(UsdtProbeCompleter)), ValidateNotNullOrEmpty]
    public string Probe { get; set; } = null!;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        new UsdtAttachOptions(Path, Probe) { ProcessId = SelectedProcess };
}
