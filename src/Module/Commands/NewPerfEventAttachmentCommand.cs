using System.Management.Automation;
using EbpfCat.Attachments;
using EbpfCat.Language;

namespace EbpfCat.Commands;

/// <summary>Attaches a program to the samples of a profile.</summary>
[Cmdlet(VerbsCommon.New, "PerfEventAttachment", SupportsShouldProcess = true, DefaultParameterSetName = ByFrequency)]
[OutputType(typeof(PerfEventAttachment))]
public sealed class NewPerfEventAttachmentCommand : PinnableAttachmentCommand
{
    private const string ByFrequency = "Frequency";
    private const string ByPeriod = "Period";

    /// <summary>What makes it take a sample.</summary>
    [Parameter(Position = 0)]
    public PerfEventSource Event { get; set; } = PerfEventSource.CpuClock;

    /// <summary>How many samples a second and processor.</summary>
    [Parameter(ParameterSetName = ByFrequency)]
    [ValidateRange(1, int.MaxValue)]
    public int Frequency { get; set; } = PerfEventAttachment.DefaultFrequency;

    /// <summary>A sample every so many events; of clocks, nanoseconds.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByPeriod)]
    [ValidateRange(1ul, ulong.MaxValue)]
    public ulong Period { get; set; }

    /// <summary>The process to sample; all where none is given.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int ProcessId { get; set; }

    /// <summary>The number of the processor to sample on; all where none is given.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Processor { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Event;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        new PerfEventAttachOptions
        {
            Source = Event,
            Frequency = ParameterSetName == ByPeriod ? 0 : Frequency,
            Period = Period,
            ProcessId = ProcessId,
            Processor = Processor,
        };
}
