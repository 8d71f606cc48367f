using System.Collections;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace EbpfCat.Commands;

/// <summary>A trace in the background. It detaches its programs when it ends, is stopped or is removed.</summary>
public sealed class EventJob : Job
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ManualResetEventSlim _isGiven = new();
    private readonly Thread _thread;
    private Action? _work;
    private PowerShell? _shell;

    internal EventJob(string command)
        : base(command)
    {
        PSJobTypeName = "TraceJob";
        using var isStarted = new ManualResetEventSlim();
        _thread = new Thread(() =>
        {
            ThreadId = SyscallTrace.CurrentThread;
            isStarted.Set();
            try
            {
                _isGiven.Wait(_stop.Token);
                _work?.Invoke();
            }
            catch (OperationCanceledException)
            {
            }
        })
        {
            IsBackground = true,
            Name = PSJobTypeName,
        };
        _thread.Start();
        isStarted.Wait();
    }

    public override bool HasMoreData => Output.Count + Error.Count + Warning.Count + Verbose.Count + Debug.Count
        + Information.Count > 0;

    public override string Location => "localhost";
    public override string StatusMessage => "";

    /// <summary>The kernel's id of the thread that reads the events.</summary>
    internal int ThreadId { get; private set; }

    public override void StopJob()
    {
        if (JobStateInfo.State == JobState.Running) SetJobState(JobState.Stopping);
        _stop.Cancel();
        _shell?.BeginStop(null, null);
        if (Thread.CurrentThread != _thread) _thread.Join();
    }

    /// <summary>Begins to read.</summary>
    /// <param name="trace">What is traced: disposed at the end.</param>
    /// <param name="action">What runs for each event; null to give the events themselves.</param>
    internal void Start(IDisposable trace, EventPump pump, JobAction? action)
    {
        _work = () => Run(trace, pump, action);
        SetJobState(JobState.Running);
        _isGiven.Set();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            StopJob();
            _stop.Dispose();
            _isGiven.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Run(IDisposable trace, EventPump pump, JobAction? action)
    {
        try
        {
            using (trace)
            {
                if (action is null) Read(pump, one => Output.Add(PSObject.AsPSObject(one)), () => { });
                else Run(pump, action);
            }

            SetJobState(_stop.IsCancellationRequested ? JobState.Stopped : JobState.Completed);
        }
        catch (PipelineStoppedException)
        {
            SetJobState(JobState.Stopped);
        }
        catch (Exception failure) when (failure is RuntimeException || Errors.Describe(failure, null) is not null)
        {
            Error.Add((failure as RuntimeException)?.ErrorRecord ?? Errors.Describe(failure, null)!);
            SetJobState(JobState.Failed);
        }
    }

    private void Run(EventPump pump, JobAction action)
    {
        using var runspace = action.Open();
        using var shell = _shell = PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddScript(action.Script);
        (shell.Streams.Error, shell.Streams.Warning, shell.Streams.Verbose, shell.Streams.Debug,
            shell.Streams.Information) = (Error, Warning, Verbose, Debug, Information);
        // To call the block for a batch takes about as long as for one event.
        var batch = new List<object>();
        Read(pump, batch.Add, () =>
        {
            if (batch.Count > 0) shell.Invoke(batch, Output);
            batch.Clear();
        });
        _shell = null;
    }

    private void Read(EventPump pump, Action<object> handler, Action between) =>
        pump.Read(handler, between, text => Warning.Add(new WarningRecord(text)), _stop.Token);
}

/// <summary>A block that a job runs for each event, with values of the session that starts it.</summary>
internal sealed class JobAction
{
    private const string Prefix = "__using_";

    private readonly Dictionary<string, object?> _values = [];
    private readonly PathInfo _location;

    /// <exception cref="ArgumentException">The session has no such variable.</exception>
    public JobAction(ScriptBlock action, SessionState session)
    {
        _location = session.Path.CurrentFileSystemLocation;
        var extent = action.Ast.Extent;
        var (text, start) = (new System.Text.StringBuilder(extent.Text), extent.StartOffset);
        var uses = action.Ast.FindAll(node => node is VariableExpressionAst use && NameTranslator.IsUsing(use), true);
        foreach (var use in uses.Cast<VariableExpressionAst>().OrderByDescending(one => one.Extent.StartOffset))
        {
            var name = Scope.NameOf(use);
            var value = session.PSVariable.Get(name)
                ?? throw new ArgumentException($"The session has no variable ${name}, which -Action uses.");
            _values[Prefix + name] = value.Value;
            var at = use.Extent.StartOffset - start;
            text.Remove(at, use.Extent.Text.Length).Insert(at, $"${{{Prefix}{name}}}");
        }

        var block = action.Ast.Parent is ScriptBlockExpressionAst ? $"{text}" : $"{{{text}\n}}";
        Script = $"$input | ForEach-Object -Process {block}";
    }

    public string Script { get; }

    public Runspace Open()
    {
        var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Open();
        foreach (var (name, value) in _values) runspace.SessionStateProxy.SetVariable(name, value);
        runspace.SessionStateProxy.Path.SetLocation(_location.Path);
        return runspace;
    }
}
