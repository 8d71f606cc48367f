using EbpfCat.Btf;

namespace EbpfCat.Commands;

/// <summary>Attaches a program, writes its output, and detaches it at the end: also after an error or Ctrl+C.</summary>
[Cmdlet(VerbsDiagnostic.Trace, "Ebpf", DefaultParameterSetName = OfTracepoint, SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(EventObject))]
public sealed class TraceEbpfCommand : TraceCommand
{
    private const string OfTracepoint = "Tracepoint";
    private const string OfRawTracepoint = "RawTracepoint";
    private const string OfKprobe = "Kprobe";
    private const string OfKretprobe = "Kretprobe";
    private const string OfUprobe = "Uprobe";
    private const string OfUretprobe = "Uretprobe";
    private const string OfPath = "Path";
    private const string OfUsdt = "Usdt";
    private const string OfFentry = "Fentry";
    private const string OfFexit = "Fexit";
    private const string OfLsm = "Lsm";
    private const string OfPerfEvent = "PerfEvent";
    private const string OfFrequency = "Frequency";
    private const string OfIterator = "Iterator";
    private const string OfSeveral = "On";
    private const int MaxShown = 3;
    private const int IteratorBufferSize = 4 * 1024 * 1024;

    private readonly List<ProgramDefinition> _programs = [];

    [Parameter(Position = 0), ValidateNotNull]
    public ScriptBlock? Code { get; set; }

    [Parameter(ValueFromPipeline = true), ValidateNotNull]
    public ProgramDefinition? Program { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfTracepoint), SupportsWildcards]
    [ArgumentCompleter(typeof(TracepointCompleter)), ValidateNotNullOrEmpty]
    public string[] Tracepoint { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = OfRawTracepoint), SupportsWildcards]
    [ArgumentCompleter(typeof(RawTracepointCompleter)), ValidateNotNullOrEmpty]
    public string[] RawTracepoint { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = OfKprobe), SupportsWildcards]
    [ArgumentCompleter(typeof(KernelFunctionCompleter)), ValidateNotNullOrEmpty]
    public string[] Kprobe { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = OfKretprobe), SupportsWildcards]
    [ArgumentCompleter(typeof(KernelFunctionCompleter)), ValidateNotNullOrEmpty]
    public string[] Kretprobe { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = OfUprobe), SupportsWildcards, ValidateNotNullOrEmpty]
    public string[] Uprobe { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = OfUretprobe), SupportsWildcards, ValidateNotNullOrEmpty]
    public string[] Uretprobe { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = OfPath), ArgumentCompleter(typeof(TracedFileCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfPath), SupportsWildcards]
    [ArgumentCompleter(typeof(UserFunctionCompleter)), ValidateNotNullOrEmpty]
    public string? Function { get; set; }

    [Parameter(ParameterSetName = OfPath)]
    public SwitchParameter Return { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfUsdt), ValidateNotNullOrEmpty]
    public string[] Usdt { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = OfFentry), SupportsWildcards]
    [ArgumentCompleter(typeof(TypedFunctionCompleter)), ValidateNotNullOrEmpty]
    public string[] Fentry { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = OfFexit), SupportsWildcards]
    [ArgumentCompleter(typeof(TypedFunctionCompleter)), ValidateNotNullOrEmpty]
    public string[] Fexit { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = OfLsm), SupportsWildcards]
    [ArgumentCompleter(typeof(SecurityHookCompleter)), ValidateNotNullOrEmpty]
    public string[] Lsm { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = OfPerfEvent)]
    [Parameter(ParameterSetName = OfFrequency)]
    public PerfEventSource PerfEvent { get; set; } = PerfEventSource.CpuClock;

    [Parameter(Mandatory = true, ParameterSetName = OfFrequency), ValidateRange(1, int.MaxValue)]
    public int Frequency { get; set; } = PerfEventAttachment.DefaultFrequency;

    [Parameter(Mandatory = true, ParameterSetName = OfIterator), ArgumentCompleter(typeof(IteratorCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Iterator { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = OfSeveral), ValidateNotNullOrEmpty]
    public TracedHook[] On { get; set; } = [];

    [Parameter]
    public EventBuffer Buffer { get; set; }

    [Parameter, ValidateRange(1, 1 << 30)]
    public int BufferSize { get; set; }

    protected override object? ErrorTarget
    {
        get
        {
            string?[] names =
            [
                .. Tracepoint, .. RawTracepoint, .. Kprobe, .. Kretprobe, .. Uprobe, .. Uretprobe, .. Usdt, .. Fentry,
                .. Fexit, .. Lsm, .. Iterator, Path,
            ];
            return names.FirstOrDefault(name => name is not null) ?? (object?)Program;
        }
    }

    protected override void Process()
    {
        base.Process();
        if (Program is not null && !_programs.Contains(Program)) _programs.Add(Program);
    }

    private protected override void Trace()
    {
        if (_programs.Count == 0) Trace(null);
        foreach (var program in _programs) Trace(program);
    }

    private void Trace(ProgramDefinition? program)
    {
        var processes = Targets;
        var process = processes.ProcessIds is [var only] ? only : 0;
        TracedTarget[] targets = [.. Hooks().SelectMany(hook => hook.Targets(process))];
        if (targets.Any(one => one.Options is IteratorAttachOptions)
            && !Array.TrueForAll(targets, one => one.Options is IteratorAttachOptions))
        {
            throw new ArgumentException(
                "A trace ends with its iterators, and without an end at other hooks: trace them by two commands.");
        }

        if (targets.Any(one => one.Options is IteratorAttachOptions)
            && !(processes with { ProcessIds = process == 0 ? processes.ProcessIds : [] }).IsEmpty)
        {
            throw new ArgumentException("An iterator visits the objects of one -ProcessId, or all: compare $event.");
        }

        var trace = new HookTrace(processes.Resolve());
        try
        {
            if (!Start(trace, Define(program, targets, trace.Filter, isSelectedByHook: process != 0), targets))
            {
                trace.Dispose();
                return;
            }
        }
        catch
        {
            trace.Dispose();
            throw;
        }

        Run(trace, trace.Events, [.. trace.Attachments.OfType<IteratorAttachment>().Reverse()]);
    }

    private bool Start(HookTrace trace, ProgramDefinition[] definitions, TracedTarget[] targets)
    {
        var compiled = ProgramGroup.Compile(definitions);
        if (compiled[0].Events is null)
        {
            throw new CompileException(DiagnosticIds.NoOutput,
                "The script puts out nothing, so that there is nothing to trace.", null,
                "Put out an object: [pscustomobject]@{ Id = $process.Id }.");
        }

        var what = string.Join(", ", targets.Take(MaxShown).Select(one => one.Options.Description));
        if (targets.Length > MaxShown) what += $" and {targets.Length - MaxShown} more";
        if (!ShouldProcess(what, "Trace")) return false;
        trace.Start(compiled, targets);
        ReportLoaded(trace.Programs);
        WriteVerbose($"{what} is being traced.");
        return true;
    }

    private ProgramDefinition[] Define(
        ProgramDefinition? program, IReadOnlyList<TracedTarget> targets, ProcessFilter filter, bool isSelectedByHook)
    {
        var names = TracedTarget.NamesOf(targets);
        var warnings = new HashSet<Diagnostic>();
        var definitions = new ProgramDefinition[targets.Count];
        var evaluator = new SessionEvaluator(SessionState);
        foreach (var (index, target) in targets.Index())
        {
            if ((target.Hook.Code ?? Code) is null && program is not { Body.Count: > 0 })
            {
                throw new ArgumentException(
                    "There is nothing to run: give a kernel script, or a definition from the pipeline.");
            }

            var definition = filter.Apply(
                Declare(program, target.Options), isSelectedByHook && target.SelectsProcess);
            // An iterator fills the buffer with the output for all its objects in one go.
            if (definition.BufferSize == 0 && target.Options is IteratorAttachOptions)
                definition.BufferSize = IteratorBufferSize;
            if (MyInvocation.BoundParameters.ContainsKey(nameof(Buffer))) definition.Buffer = Buffer;
            if (BufferSize > 0) definition.BufferSize = BufferSize;
            if ((target.Hook.Code ?? Code) is { } code)
            {
                warnings.UnionWith(
                    ScriptBlockCompiler.Compile(code, definition, evaluator, null, new HookNames(names[index], names)));
            }

            definitions[index] = target.Options.Complete(definition);
        }

        this.Write(warnings);
        return definitions;
    }

    // A definition from the pipeline is not changed. With several kinds of hooks its type cannot be that of all.
    private ProgramDefinition Declare(ProgramDefinition? program, AttachOptions options)
    {
        var isTyped = options is RawTracepointAttachOptions && BtfTypes.Kernel is not null;
        var type = isTyped ? ProgramType.Tracing : options.ProgramTypes[0];
        return program is null ? new ProgramDefinition("trace", type)
            : ParameterSetName == OfSeveral && !options.ProgramTypes.Contains(program.Type) ? program.WithType(type)
            : program;
    }

    private TracedHook[] Hooks() => On.Length > 0 ? On :
    [
        new TracedHook
        {
            Tracepoint = Tracepoint,
            RawTracepoint = RawTracepoint,
            Kprobe = Kprobe,
            Kretprobe = Kretprobe,
            Uprobe = Uprobe,
            Uretprobe = Uretprobe,
            Path = Path,
            Function = Function,
            Return = Return,
            Usdt = Usdt,
            Fentry = Fentry,
            Fexit = Fexit,
            Lsm = Lsm,
            PerfEvent = ParameterSetName is OfPerfEvent or OfFrequency ? PerfEvent : null,
            Frequency = ParameterSetName == OfFrequency ? Frequency : 0,
            Iterator = Iterator,
        },
    ];
}
