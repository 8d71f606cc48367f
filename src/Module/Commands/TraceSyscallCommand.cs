namespace EbpfCat.Commands;

/// <summary>Tells of system calls as they are made.</summary>
[Cmdlet(VerbsDiagnostic.Trace, "Syscall", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(SyscallEvent))]
public sealed class TraceSyscallCommand : TraceCommand
{
    [Parameter(Mandatory = true, Position = 0), SupportsWildcards, ArgumentCompleter(typeof(SyscallCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    [Parameter]
    public SwitchParameter IncludeReturn { get; set; }

    [Parameter]
    public SwitchParameter OnExit { get; set; }

    [Parameter, ValidateRange(1, 1 << 30)]
    public int BufferSize { get; set; }

    protected override object? ErrorTarget => Name.Length == 1 ? Name[0] : Name;

    private protected override void Trace()
    {
        var names = SyscallTrace.Resolve(Name);
        if (!ShouldProcess($"system call{(names is [SyscallTrace.All] ? "s" : $" {string.Join(", ", names)}")}",
            "Trace"))
        {
            return;
        }

        var trace = SyscallTrace.Start(names, new SyscallTraceOptions(Targets)
        {
            Moment = IncludeReturn ? SyscallMoment.Whole : OnExit ? SyscallMoment.Exit : SyscallMoment.Enter,
            ExceptThread = ReadingThread,
            BufferSize = BufferSize,
        });
        if (trace.NeverReturning is { Count: > 0 } never)
        {
            WriteWarning($"{string.Join(" and ", never)} never {(never.Count == 1 ? "returns" : "return")}: reported "
                + "at the entry, without ReturnValue.");
        }

        foreach (var attachment in trace.Attachments) Session.Own(attachment);
        Run(trace, trace.Events, []);
    }
}
