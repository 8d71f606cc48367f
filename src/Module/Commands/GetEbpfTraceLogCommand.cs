namespace EbpfCat.Commands;

/// <summary>Gets what kernel scripts wrote with Write-Debug.</summary>
[Cmdlet(VerbsCommon.Get, "EbpfTraceLog")]
[OutputType(typeof(TraceLogLine))]
public sealed class GetEbpfTraceLogCommand : StreamCommand
{
    [Parameter, Alias("Follow")]
    public SwitchParameter Wait { get; set; }

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
            WarnOfLost(log.Lost, "nobody read the trace log in time.");
        }
    }
}
