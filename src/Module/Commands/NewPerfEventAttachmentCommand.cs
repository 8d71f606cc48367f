namespace EbpfCat.Commands;

/// <summary>Attaches a program to the samples of a profile.</summary>
[Cmdlet(VerbsCommon.New, "PerfEventAttachment", SupportsShouldProcess = true, DefaultParameterSetName = ByFrequency)]
[OutputType(typeof(PerfEventAttachment))]
public sealed class NewPerfEventAttachmentCommand : ProcessAttachmentCommand
{
    private const string ByFrequency = "Frequency";
    private const string ByPeriod = "Period";

    [Parameter(Position = 0)]
    public PerfEventSource Event { get; set; } = PerfEventSource.CpuClock;

    [Parameter(ParameterSetName = ByFrequency), ValidateRange(1, int.MaxValue)]
    public int Frequency { get; set; } = PerfEventAttachment.DefaultFrequency;

    [Parameter(Mandatory = true, ParameterSetName = ByPeriod), ValidateRange(1ul, ulong.MaxValue)]
    public ulong Period { get; set; }

    [Parameter, ValidateRange(0, int.MaxValue)]
    public int? Processor { get; set; }

    protected override object? ErrorTarget => Event;

    private protected override bool HookSelectsProcess => true;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        new PerfEventAttachOptions
        {
            Source = Event,
            Frequency = ParameterSetName == ByPeriod ? 0 : Frequency,
            Period = Period,
            ProcessId = SelectedProcess,
            Processor = Processor,
        };
}
