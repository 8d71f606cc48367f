using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;

namespace EbpfCat.Attachments;

/// <summary>
/// A program attached to a raw tracepoint: it gets the arguments of the kernel's trace call, plain or typed by BTF.
/// </summary>
public sealed class RawTracepointAttachment : HookAttachment
{
    internal const string KindName = "RawTracepoint";

    private RawTracepointAttachment(LoadedProgram program, bool ownsProgram, string tracepoint, Hold hold)
        : base(program, ownsProgram, tracepoint, hold)
    {
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary>Attaches a program to a raw tracepoint.</summary>
    /// <param name="program">
    /// The program: of type RawTracepoint (Linux 4.17); or of type Tracing, loaded with
    /// <see cref="ProgramHook.RawTracepoint"/> for its target (Linux 5.5).
    /// </param>
    /// <param name="tracepoint">
    /// The name, with or without its category: <c>sched_switch</c>. Null for a program whose definition names it.
    /// </param>
    /// <param name="pin">A name to pin the attachment by (Linux 5.8); see <see cref="PinDirectory"/>.</param>
    /// <param name="ownsProgram">Whether the program is to be disposed with the attachment.</param>
    /// <exception cref="UnknownNameException">There is no such tracepoint; names the nearest ones.</exception>
    /// <exception cref="KernelException">
    /// EPERM, EACCES: no privilege, or the kernel is locked down. EINVAL: the program was loaded for another tracepoint.
    /// </exception>
    public static RawTracepointAttachment Attach(
        LoadedProgram program, string? tracepoint = null, string? pin = null, bool ownsProgram = false)
    {
        ArgumentNullException.ThrowIfNull(program);
        var name = NameOf(tracepoint ?? program.Definition?.Target ?? "");
        var isTyped = program.Type == ProgramType.Tracing;
        var operation = Check(program, isTyped ? ProgramType.Tracing : ProgramType.RawTracepoint, $"the raw tracepoint '{name}'");
        if (name.Length == 0)
            throw new KernelException(operation, Errno.EINVAL, "no tracepoint is named", "Name one, without its category.");
        if (isTyped && (program.AttachType != BpfAttachType.TraceRawTracepoint || NameOf(program.Definition!.Target!) != name))
        {
            throw new KernelException(
                operation, Errno.EINVAL, $"it was loaded for {program.AttachType} '{program.Definition?.Target}'",
                "Load it with the hook RawTracepoint and this target.");
        }

        var hold = Hold.Build(hold => hold.Add(Open(program, isTyped ? null : name)));
        return Complete(new RawTracepointAttachment(program, ownsProgram, name, hold), pin);
    }

    private static LinkDescriptor Open(LoadedProgram program, string? name)
    {
        try
        {
            return Bpf.OpenRawTracepoint(program.Descriptor, name);
        }
        catch (KernelException refusal) when (refusal.Errno == Errno.ENOENT && name is not null)
        {
            var names = TraceFs.Current.Tracepoints.Select(NameOf).Concat(LoadTarget.Candidates(BpfAttachType.TraceRawTracepoint));
            throw new UnknownNameException(
                "raw tracepoint", name, names.Distinct(),
                remark: name.StartsWith("sys_e", StringComparison.Ordinal)
                    ? "System calls have two raw tracepoints for all of them: sys_enter and sys_exit."
                    : null);
        }
    }

    private static string NameOf(string tracepoint) => tracepoint[(tracepoint.LastIndexOfAny(['/', ':']) + 1)..];
}
