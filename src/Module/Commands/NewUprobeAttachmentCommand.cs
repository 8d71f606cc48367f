namespace EbpfCat.Commands;

/// <summary>Attaches a program to functions of programs and shared libraries.</summary>
[Cmdlet(VerbsCommon.New, "UprobeAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(UprobeAttachment))]
public sealed class NewUprobeAttachmentCommand : UserProbeCommand
{
    [Parameter(Position = 1), SupportsWildcards, ArgumentCompleter(typeof(UserFunctionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Function { get; set; }

    [Parameter]
    public ulong Offset { get; set; }

    [Parameter]
    public SwitchParameter Return { get; set; }

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition)
    {
        if (Function is null && Offset == 0)
            throw new ArgumentException("No place is named: say -Function, or -Offset for a place in the file.");
        return new UprobeAttachOptions(Path, Function)
        {
            OnReturn = Return,
            Offset = Offset,
            ProcessId = SelectedProcess,
        };
    }
}
