namespace EbpfCat.Commands;

/// <summary>The base of streaming commands: ends them, and reports losses.</summary>
public abstract class StreamCommand : EbpfCommand
{
    [Parameter, ValidateRange(1, long.MaxValue)]
    public long First { get; set; } = long.MaxValue;

    [Parameter, Seconds]
    public TimeSpan? Timeout { get; set; }

    protected override bool EndsOnError => true;

    /// <summary>Warns of what was lost, while somebody listens: not once the pipeline is being stopped.</summary>
    /// <param name="lost">How many.</param>
    /// <param name="reason">Why, and what helps: what stands behind the colon.</param>
    private protected void WarnOfLost(long lost, string reason)
    {
        if (lost != 0) WarnWhileRunning(Lost(lost, reason));
    }

    /// <summary>Writes a warning while somebody listens: not once the pipeline is being stopped.</summary>
    private protected void WarnWhileRunning(string text)
    {
        if (!Stopping) WriteWarning(text);
    }

    /// <summary>The text of a warning of lost events.</summary>
    internal static string Lost(long lost, string reason) => string.Create(
        CultureInfo.InvariantCulture, $"{lost} event{(lost == 1 ? " was" : "s were")} lost: {reason}");
}
