using System.Globalization;
using System.Management.Automation;
using EbpfCat.Events;

namespace EbpfCat.Commands;

/// <summary>Gets what kernel scripts wrote with Write-Debug.</summary>
[Cmdlet(VerbsCommon.Get, "EbpfTraceLog")]
[OutputType(typeof(TraceLogLine))]
public sealed class GetEbpfTraceLogCommand : EbpfCommand
{
    /// <summary>Waits for more lines, until it is stopped.</summary>
    [Parameter]
    [Alias("Follow")]
    public SwitchParameter Wait { get; set; }

    /// <summary>How many lines to take; all where none is given.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long First { get; set; } = long.MaxValue;

    /// <summary>How long to wait for lines, in seconds or as a TimeSpan.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc/>
    protected override bool EndsOnError => true;

    /// <inheritdoc/>
    protected override void Process()
    {
        using var log = new TraceLog();
        var left = First;
        try
        {
            foreach (var line in log.Read(Timeout ?? (Wait ? null : TimeSpan.Zero), Cancellation))
            {
                WriteObject(line);
                if (--left == 0) break;
            }
        }
        finally
        {
            if (log.Lost > 0 && !Stopping)
            {
                WriteWarning(string.Create(
                    CultureInfo.InvariantCulture, $"{log.Lost} event{(log.Lost == 1 ? " was" : "s were")} lost: nobody read the trace log in time."));
            }
        }
    }
}
