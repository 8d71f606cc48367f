using System.Management.Automation;
using EbpfCat.Attachments;
using EbpfCat.Btf;
using EbpfCat.Completion;
using EbpfCat.Events;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Commands;

/// <summary>Attaches a program, writes what it puts out, and detaches it in the end, whatever that is.</summary>
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

    /// <summary>The kernel script, which puts out objects. PowerShell never runs it: it is compiled to eBPF.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNull]
    public ScriptBlock? Code { get; set; }

    /// <summary>
    /// A definition, for a script that uses variables and maps; a script given besides is added to it.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public ProgramDefinition? Program { get; set; }

    /// <summary>The tracepoint: category/name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfTracepoint)]
    [ArgumentCompleter(typeof(TracepointCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Tracepoint { get; set; }

    /// <summary>The raw tracepoint: a name without a category.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfRawTracepoint)]
    [ArgumentCompleter(typeof(RawTracepointCompleter))]
    [ValidateNotNullOrEmpty]
    public string? RawTracepoint { get; set; }

    /// <summary>The kernel function to be entered.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfKprobe)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(KernelFunctionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Kprobe { get; set; }

    /// <summary>The kernel function to return.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfKretprobe)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(KernelFunctionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Kretprobe { get; set; }

    /// <summary>The function of a program or library to be entered: path:function.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfUprobe)]
    [ValidateNotNullOrEmpty]
    public string? Uprobe { get; set; }

    /// <summary>The function of a program or library to return: path:function.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfUretprobe)]
    [ValidateNotNullOrEmpty]
    public string? Uretprobe { get; set; }

    /// <summary>The program or library: a path or a name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfPath)]
    [ArgumentCompleter(typeof(TracedFileCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The function in it; wildcards are permitted.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfPath)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(UserFunctionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Function { get; set; }

    /// <summary>Traces where the function returns.</summary>
    [Parameter(ParameterSetName = OfPath)]
    public SwitchParameter Return { get; set; }

    /// <summary>The USDT probe of a program or library: path:provider:name, or path:name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfUsdt)]
    [ValidateNotNullOrEmpty]
    public string? Usdt { get; set; }

    /// <summary>The kernel function to be entered, its arguments by name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfFentry)]
    [ArgumentCompleter(typeof(TypedFunctionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Fentry { get; set; }

    /// <summary>The kernel function to return, its arguments by name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfFexit)]
    [ArgumentCompleter(typeof(TypedFunctionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Fexit { get; set; }

    /// <summary>The hook of the security modules.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfLsm)]
    [ArgumentCompleter(typeof(SecurityHookCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Lsm { get; set; }

    /// <summary>What makes a profile take a sample.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfPerfEvent)]
    [Parameter(ParameterSetName = OfFrequency)]
    public PerfEventSource PerfEvent { get; set; } = PerfEventSource.CpuClock;

    /// <summary>How many samples a second and processor.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfFrequency)]
    [ValidateRange(1, int.MaxValue)]
    public int Frequency { get; set; } = PerfEventAttachment.DefaultFrequency;

    /// <summary>The objects of the kernel to go through, once: task, task_file.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfIterator)]
    [ArgumentCompleter(typeof(IteratorCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Iterator { get; set; }

    /// <summary>The process to trace; all where none is given.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int ProcessId { get; set; }

    /// <summary>What the output goes through on its way to the session.</summary>
    [Parameter]
    public EventBuffer Buffer { get; set; }

    /// <summary>How many bytes that has: of a perf event array for each processor.</summary>
    [Parameter]
    [ValidateRange(1, 1 << 30)]
    public int BufferSize { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget =>
        Tracepoint ?? RawTracepoint ?? Kprobe ?? Kretprobe ?? Uprobe ?? Uretprobe ?? Path
        ?? Usdt ?? Fentry ?? Fexit ?? Lsm ?? Iterator ?? (object?)Program;

    // Some hooks select the process themselves. For the others the program does.
    private bool HookSelectsProcess => ParameterSetName is OfUprobe or OfUretprobe or OfPath or OfUsdt or OfPerfEvent
        or OfFrequency or OfIterator;

    /// <inheritdoc/>
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
        using var loaded = ProgramLoader.Load(compiled, options.LoadOptions);
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
        // The definition from the pipeline stays as it is.
        var isTyped = options is RawTracepointAttachOptions && BtfTypes.Kernel is not null;
        var type = isTyped ? ProgramType.Tracing : options.ProgramTypes[0];
        var definition = Program?.Copy() ?? new ProgramDefinition("trace", type);
        // An iterator visits all its objects at once.
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
            case OfRawTracepoint:
                return new RawTracepointAttachOptions(RawTracepoint);
            case OfKprobe or OfKretprobe:
                return new KprobeAttachOptions(Kprobe ?? Kretprobe) { OnReturn = Kretprobe is not null };
            case OfUprobe or OfUretprobe:
                var (file, symbol) = Split(Uprobe ?? Uretprobe!, "function");
                var onReturn = Uretprobe is not null;
                return new UprobeAttachOptions(file, symbol) { OnReturn = onReturn, ProcessId = ProcessId };
            case OfPath:
                return new UprobeAttachOptions(Path, Function) { OnReturn = Return, ProcessId = ProcessId };
            case OfUsdt:
                var (marked, probe) = Split(Usdt!, "provider:name");
                return new UsdtAttachOptions(marked, probe) { ProcessId = ProcessId };
            case OfFentry or OfFexit:
                return new FentryAttachOptions(Fentry ?? Fexit)
                {
                    Hook = Fexit is null ? ProgramHook.Fentry : ProgramHook.Fexit,
                };
            case OfLsm:
                return new LsmAttachOptions(Lsm);
            case OfPerfEvent or OfFrequency:
                return new PerfEventAttachOptions { Source = PerfEvent, Frequency = Frequency, ProcessId = ProcessId };
            case OfIterator:
                return new IteratorAttachOptions(Iterator) { ProcessId = ProcessId };
            default:
                return new TracepointAttachOptions(Tracepoint);
        }
    }

    private static (string File, string Place) Split(string text, string what)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < text.Length - 1
            ? (text[..colon], text[(colon + 1)..])
            : throw new ArgumentException($"'{text}' does not say where: write it as path:{what}.");
    }
}
