namespace EbpfCat.Commands;

/// <summary>The base of commands that stream the output of programs.</summary>
public abstract class EventCommand : StreamCommand
{
    [Parameter, ValidateNotNull]
    public ScriptBlock? Action { get; set; }

    /// <summary>Writes what programs put out until it is stopped, the time is up or there was enough.</summary>
    /// <param name="stream">The output of the programs.</param>
    /// <param name="iterators">Those that run only when they are asked to: they are, and it ends with them.</param>
    private protected void Write(EventStream stream, IReadOnlyList<IteratorAttachment> iterators)
    {
        var pump = new EventPump(stream, iterators, Timeout, First);
        if (Action is null) Read(WriteObject);
        else Call(Action, Read);

        void Read(Action<object> handler) => pump.Read(handler, () => { }, WarnWhileRunning, Cancellation);
    }

    // As ForEach-Object calls it: in its own scope and session, the event being $_. What it writes is written.
    private void Call(ScriptBlock action, Action<Action<object>> read)
    {
        var steps = ScriptBlock.Create("param($action) ForEach-Object -Process $action")
            .GetSteppablePipeline(CommandOrigin.Internal, [action]);
        steps.Begin(true, (EngineIntrinsics)SessionState.PSVariable.GetValue("ExecutionContext"));
        try
        {
            read(one => steps.Process(one));
            steps.End();
        }
        finally
        {
            steps.Dispose();
        }
    }
}
