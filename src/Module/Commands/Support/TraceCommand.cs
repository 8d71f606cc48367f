namespace EbpfCat.Commands;

/// <summary>The base of commands that trace processes, those of the pipeline too.</summary>
public abstract class TraceCommand : EventCommand, IDynamicParameters
{
    private readonly List<int> _processIds = [];
    private readonly TargetParameters _targets = new();
    private bool _isCalled;
    private EventJob? _job;

    [Parameter(ValueFromPipelineByPropertyName = true), Alias("Id"), ValidateRange(1, int.MaxValue)]
    public int[] ProcessId { get; set; } = [];

    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>The kernel's id of the thread that reads the events.</summary>
    private protected int ReadingThread =>
        AsJob ? (_job ??= new EventJob(MyInvocation.Line.Trim())).ThreadId : SyscallTrace.CurrentThread;

    /// <summary>The processes to trace.</summary>
    private protected ProcessTargets Targets => _targets.With(_processIds.Distinct());

    public object GetDynamicParameters() => _targets;

    /// <summary>Traces.</summary>
    private protected abstract void Trace();

    /// <summary>Writes the events of a trace, or the job that reads them; the trace is disposed at the end.</summary>
    private protected void Run(IDisposable trace, EventStream events, IReadOnlyList<IteratorAttachment> iterators)
    {
        if (AsJob)
        {
            Begin(trace, new EventPump(events, iterators, Timeout, First));
            return;
        }

        using (trace) Write(events, iterators);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _job?.Dispose();
        base.Dispose(disposing);
    }

    private void Begin(IDisposable trace, EventPump pump)
    {
        JobAction? action;
        try
        {
            action = Action is null ? null : new JobAction(Action, SessionState);
        }
        catch
        {
            trace.Dispose();
            throw;
        }

        var job = _job ?? new EventJob(MyInvocation.Line.Trim());
        _job = null;
        JobRepository.Add(job);
        job.Start(trace, pump, action);
        WriteObject(job);
    }

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
