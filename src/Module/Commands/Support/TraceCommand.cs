namespace EbpfCat.Commands;

/// <summary>The base of commands that trace processes, those of the pipeline too.</summary>
public abstract class TraceCommand : EventCommand, IDynamicParameters
{
    private readonly List<int> _processIds = [];
    private readonly TargetParameters _targets = new();
    private bool _isCalled;

    [Parameter(ValueFromPipelineByPropertyName = true), Alias("Id"), ValidateRange(1, int.MaxValue)]
    public int[] ProcessId { get; set; } = [];

    /// <summary>The processes to trace.</summary>
    private protected ProcessTargets Targets => _targets.With(_processIds.Distinct());

    public object GetDynamicParameters() => _targets;

    /// <summary>Traces.</summary>
    private protected abstract void Trace();

    protected override void Process()
    {
        _isCalled = true;
        _processIds.AddRange(ProcessId);
    }

    // An empty pipeline has no process to trace, and does not mean all.
    protected sealed override void Finish()
    {
        if (_isCalled) Trace();
    }
}
