using EbpfCat.Btf;

namespace EbpfCat.Commands;

/// <summary>Attaches a program, writes its output, and detaches it at the end: also after an error or Ctrl+C.</summary>
[Cmdlet(VerbsDiagnostic.Trace, "Ebpf", DefaultParameterSetName = OfTracepoint, SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(EventObject))]
public sealed class TraceEbpfCommand : EventCommand
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
    private const int IteratorBufferSize = 4 * 1024 * 1024;

    [Parameter(Position = 0), ValidateNotNull]
    public ScriptBlock? Code { get; set; }

    [Parameter(ValueFromPipeline = true), ValidateNotNull]
    public ProgramDefinition? Program { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfTracepoint), ArgumentCompleter(typeof(TracepointCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Tracepoint { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfRawTracepoint), ArgumentCompleter(typeof(RawTracepointCompleter))]
    [ValidateNotNullOrEmpty]
    public string? RawTracepoint { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfKprobe), SupportsWildcards]
    [ArgumentCompleter(typeof(KernelFunctionCompleter)), ValidateNotNullOrEmpty]
    public string? Kprobe { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfKretprobe), SupportsWildcards]
    [ArgumentCompleter(typeof(KernelFunctionCompleter)), ValidateNotNullOrEmpty]
    public string? Kretprobe { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfUprobe), ValidateNotNullOrEmpty]
    public string? Uprobe { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfUretprobe), ValidateNotNullOrEmpty]
    public string? Uretprobe { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfPath), ArgumentCompleter(typeof(TracedFileCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfPath), SupportsWildcards]
    [ArgumentCompleter(typeof(UserFunctionCompleter)), ValidateNotNullOrEmpty]
    public string? Function { get; set; }

    [Parameter(ParameterSetName = OfPath)]
    public SwitchParameter Return { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfUsdt), ValidateNotNullOrEmpty]
    public string? Usdt { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfFentry), ArgumentCompleter(typeof(TypedFunctionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Fentry { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfFexit), ArgumentCompleter(typeof(TypedFunctionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Fexit { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfLsm), ArgumentCompleter(typeof(SecurityHookCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Lsm { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfPerfEvent)]
    [Parameter(ParameterSetName = OfFrequency)]
    public PerfEventSource PerfEvent { get; set; } = PerfEventSource.CpuClock;

    [Parameter(Mandatory = true, ParameterSetName = OfFrequency), ValidateRange(1, int.MaxValue)]
    public int Frequency { get; set; } = PerfEventAttachment.DefaultFrequency;

    [Parameter(Mandatory = true, ParameterSetName = OfIterator), ArgumentCompleter(typeof(IteratorCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Iterator { get; set; }

    [Parameter, ValidateRange(1, int.MaxValue)]
    public int ProcessId { get; set; }

    [Parameter]
    public EventBuffer Buffer { get; set; }

    [Parameter, ValidateRange(1, 1 << 30)]
    public int BufferSize { get; set; }

    protected override object? ErrorTarget =>
        Tracepoint ?? RawTracepoint ?? Kprobe ?? Kretprobe ?? Uprobe ?? Uretprobe ?? Path
        ?? Usdt ?? Fentry ?? Fexit ?? Lsm ?? Iterator ?? (object?)Program;

    // For these hooks the kernel filters by process. For the others, Define adds a check to the program.
    private bool HookSelectsProcess => ParameterSetName is OfUprobe or OfUretprobe or OfPath or OfUsdt or OfPerfEvent
        or OfFrequency or OfIterator;

    protected override void Process()
    {
        var options = Options();
        var compiled = EbpfProgram.Compile(options.Complete(Define(options)));
        if (compiled.Events is null)
        {
            throw new CompileException(DiagnosticIds.NoOutput,
                "The script puts out nothing, so that there is nothing to trace.", null,
                "Put out an object: [pscustomobject]@{ Id = $process.Id }.");
        }

        if (!ShouldProcess(options.Description, "Trace")) return;
        using var loaded = ReportLoaded(ProgramLoader.Load(compiled, options.LoadOptions));
        using var stream = new EventStream([loaded]);
        using var attachment = options.Attach(loaded);
        Session.Own(attachment);
        WriteVerbose($"{options.Description} is being traced.");
        Write(stream, attachment is IteratorAttachment iterator ? [iterator] : []);
    }

    private ProgramDefinition Define(AttachOptions options)
    {
        if (Code is null && Program is null)
        {
            throw new ArgumentException(
                "There is nothing to run: give a kernel script, or a definition from the pipeline.");
        }

        var isTyped = options is RawTracepointAttachOptions && BtfTypes.Kernel is not null;
        var type = isTyped ? ProgramType.Tracing : options.ProgramTypes[0];
        // A definition from the pipeline is not changed.
        var definition = Program?.Copy() ?? new ProgramDefinition("trace", type);
        // An iterator fills the buffer with the output for all its objects in one go.
        if (definition.BufferSize == 0 && ParameterSetName == OfIterator) definition.BufferSize = IteratorBufferSize;
        if (ProcessId != 0 && !HookSelectsProcess)
        {
            definition.Prepend(new IfStatement(
                new SystemValueExpression(SystemValue.ProcessId) != ProcessId, [new ReturnStatement()]));
        }

        if (MyInvocation.BoundParameters.ContainsKey(nameof(Buffer))) definition.Buffer = Buffer;
        if (BufferSize > 0) definition.BufferSize = BufferSize;
        if (Code is not null) this.Compile(Code, definition);
        return definition;
    }

    private AttachOptions Options()
    {
        switch (ParameterSetName)
        {
            case OfRawTracepoint: return new RawTracepointAttachOptions(RawTracepoint);
            case OfKprobe or OfKretprobe:
                return new KprobeAttachOptions(Kprobe ?? Kretprobe) { OnReturn = Kretprobe is not null };
            case OfUprobe or OfUretprobe:
                var (file, symbol) = Split(Uprobe ?? Uretprobe!, "function");
                var onReturn = Uretprobe is not null;
                return new UprobeAttachOptions(file, symbol) { OnReturn = onReturn, ProcessId = ProcessId };
            case OfPath:
                return new UprobeAttachOptions(Path, Function) { OnReturn = Return, ProcessId = ProcessId };
            case OfUsdt:
                var (usdtFile, probe) = Split(Usdt!, "provider:name");
                return new UsdtAttachOptions(usdtFile, probe) { ProcessId = ProcessId };
            case OfFentry or OfFexit:
                return new FentryAttachOptions(Fentry ?? Fexit)
                {
                    Hook = Fexit is null ? ProgramHook.Fentry : ProgramHook.Fexit,
                };
            case OfLsm: return new LsmAttachOptions(Lsm);
            case OfPerfEvent or OfFrequency:
                return new PerfEventAttachOptions { Source = PerfEvent, Frequency = Frequency, ProcessId = ProcessId };
            case OfIterator: return new IteratorAttachOptions(Iterator) { ProcessId = ProcessId };
            default: return new TracepointAttachOptions(Tracepoint);
        }
    }

    private static (string File, string Location) Split(string text, string form)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < text.Length - 1
            ? (text[..colon], text[(colon + 1)..])
            : throw new ArgumentException($"'{text}' is not of the form path:{form}.");
    }
}
