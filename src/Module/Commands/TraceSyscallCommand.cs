using System.Management.Automation;
using EbpfCat.Completion;
using EbpfCat.Traces;

namespace EbpfCat.Commands;

/// <summary>Tells of system calls as they are made.</summary>
[Cmdlet(VerbsDiagnostic.Trace, "Syscall", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(SyscallEvent))]
public sealed class TraceSyscallCommand : EventCommand
{
    /// <summary>The system calls; wildcards are permitted, and * stands for all.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SyscallCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>Tells of them when they end, with what they returned and how long they took.</summary>
    [Parameter]
    public SwitchParameter IncludeReturn { get; set; }

    /// <summary>Tells of them when they end, with what they returned and without their arguments.</summary>
    [Parameter]
    public SwitchParameter OnExit { get; set; }

    /// <summary>The processes; all where none is given.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int[] ProcessId { get; set; } = [];

    /// <summary>The names of threads as the kernel has them; one may end in *. All where none is given.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] ProcessName { get; set; } = [];

    /// <summary>The numbers of users; all where none is given.</summary>
    [Parameter]
    public uint[] UserId { get; set; } = [];

    /// <summary>How many bytes the buffer for each system call has.</summary>
    [Parameter]
    [ValidateRange(1, 1 << 30)]
    public int BufferSize { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Name.Length == 1 ? Name[0] : Name;

    /// <inheritdoc/>
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
