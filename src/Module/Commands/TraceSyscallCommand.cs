namespace EbpfCat.Commands;

/// <summary>Tells of system calls as they are made.</summary>
[Cmdlet(VerbsDiagnostic.Trace, "Syscall", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(SyscallEvent))]
public sealed class TraceSyscallCommand : EventCommand
{
    [Parameter(Mandatory = true, Position = 0), SupportsWildcards, ArgumentCompleter(typeof(SyscallCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    [Parameter]
    public SwitchParameter IncludeReturn { get; set; }

    [Parameter]
    public SwitchParameter OnExit { get; set; }

    [Parameter, ValidateRange(1, int.MaxValue)]
    public int[] ProcessId { get; set; } = [];

    [Parameter, SupportsWildcards, ValidateNotNullOrEmpty]
    public string[] ProcessName { get; set; } = [];

    [Parameter]
    public uint[] UserId { get; set; } = [];

    [Parameter, ValidateRange(1, 1 << 30)]
    public int BufferSize { get; set; }

    protected override object? ErrorTarget => Name.Length == 1 ? Name[0] : Name;

    protected override void Process()
    {
        var names = SyscallTrace.Resolve(Name);
        if (!ShouldProcess($"system call{(names is [SyscallTrace.All] ? "s" : $" {string.Join(", ", names)}")}",
            "Trace"))
        {
            return;
        }

        using var trace = SyscallTrace.Start(names, new SyscallTraceOptions
        {
            Moment = IncludeReturn ? SyscallMoment.Whole : OnExit ? SyscallMoment.Exit : SyscallMoment.Enter,
            ProcessIds = ProcessId,
            ProcessNames = ProcessName,
            UserIds = [.. UserId.Select(id => (long)id)],
            ExceptThread = SyscallTrace.CurrentThread,
            BufferSize = BufferSize,
        });
        foreach (var attachment in trace.Attachments) Session.Own(attachment);
        Write(trace.Events, []);
    }
}
