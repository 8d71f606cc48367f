using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Attachments;

/// <summary>
/// A program attached to a hook of the Linux security modules (Linux 5.7), where it may refuse what a process wants to do. The
/// hook is its definition's target: <c>file_open</c>.
/// </summary>
public sealed class LsmAttachment : HookAttachment
{
    internal const string KindName = "Lsm";

    private LsmAttachment(LoadedProgram program, bool ownsProgram, string target, Hold hold)
        : base(program, ownsProgram, target, hold)
    {
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary>Attaches a program to the security hook it was loaded for.</summary>
    /// <param name="program">The program, of type Lsm, with the hook's name as its target.</param>
    /// <param name="pin">A name to pin the attachment by; see <see cref="PinDirectory"/>.</param>
    /// <param name="ownsProgram">Whether the program is to be disposed with the attachment.</param>
    /// <exception cref="KernelException">
    /// EOPNOTSUPP: <c>bpf</c> is not among the active security modules, so that the program would never run. ENOTSUPP: the
    /// kernel cannot attach programs this way. EPERM, EACCES: no privilege, or the kernel is locked down.
    /// </exception>
    public static LsmAttachment Attach(LoadedProgram program, string? pin = null, bool ownsProgram = false)
    {
        var target = TracingHooks.TargetOf(program);
        var operation = Check(program, ProgramType.Lsm, $"the security hook '{target}'");
        if (SecurityModules.Active is { } active && !active.Contains("bpf"))
        {
            throw new KernelException(
                operation, Errno.EOPNOTSUPP,
                $"bpf is not among the active security modules ({string.Join(", ", active)}), so that it would never run",
                $"Boot the kernel with lsm={string.Join(',', active.Append("bpf"))}; it needs CONFIG_BPF_LSM.");
        }

        var hold = Hold.Build(hold => hold.Add(TracingHooks.Open(program, operation)));
        return Complete(new LsmAttachment(program, ownsProgram, target, hold), pin);
    }
}
