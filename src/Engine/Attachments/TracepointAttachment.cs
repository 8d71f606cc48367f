using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;

namespace EbpfCat.Attachments;

/// <summary>A program attached to a tracepoint of tracefs: by a link since Linux 5.15, before by a perf event.</summary>
public sealed class TracepointAttachment : HookAttachment
{
    internal const string KindName = "Tracepoint";

    private TracepointAttachment(LoadedProgram program, bool ownsProgram, string tracepoint, Hold hold)
        : base(program, ownsProgram, tracepoint, hold)
    {
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary>Attaches a program to a tracepoint (Linux 4.7).</summary>
    /// <param name="program">The program, of type Tracepoint.</param>
    /// <param name="tracepoint">
    /// <c>category/name</c>, as below <c>events</c> in tracefs, or a name that only one category has.
    /// </param>
    /// <param name="pin">A name to pin the attachment by (Linux 5.15); see <see cref="PinDirectory"/>.</param>
    /// <param name="cookie">A number that the program reads with <c>bpf_get_attach_cookie</c> (Linux 5.15).</param>
    /// <param name="ownsProgram">Whether the program is to be disposed with the attachment.</param>
    /// <exception cref="UnknownNameException">There is no such tracepoint; names the nearest ones.</exception>
    /// <exception cref="KernelException">
    /// EPERM, EACCES: no privilege, or the kernel is locked down. EEXIST: the pin's name is taken.
    /// </exception>
    public static TracepointAttachment Attach(
        LoadedProgram program, string tracepoint, string? pin = null, ulong cookie = 0, bool ownsProgram = false)
    {
        Check(program, ProgramType.Tracepoint, $"the tracepoint '{tracepoint}'");
        var format = TraceFs.Current.GetFormat(tracepoint);
        var hold = Hold.Build(hold => PerfEvents.Attach(
            hold, program, PerfEvents.OpenTracepoint(format.Id, 0, $"the tracepoint '{format.FullName}'"), cookie));
        return Complete(new TracepointAttachment(program, ownsProgram, format.FullName, hold), pin);
    }
}
