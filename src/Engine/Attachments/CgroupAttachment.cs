using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;

namespace EbpfCat.Attachments;

/// <summary>
/// A program attached to a control group (version 2), with the groups below it: by a link since Linux 5.7, before without,
/// beside the programs there are.
/// </summary>
public sealed class CgroupAttachment : HookAttachment
{
    internal const string KindName = "Cgroup";

    private const uint AllowMulti = 2;

    private CgroupAttachment(LoadedProgram program, bool ownsProgram, string path, ProgramHook hook, Hold hold)
        : base(program, ownsProgram, path, hold) => Hook = hook;

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary>Which of the group's doings it sees.</summary>
    public ProgramHook Hook { get; }

    /// <summary>Attaches a program to a control group.</summary>
    /// <param name="program">The program, of type CgroupSkb, CgroupSocketAddress or another that is for control groups.</param>
    /// <param name="path">The group's directory, or its name below the root: <c>user.slice</c>.</param>
    /// <param name="hook">Which of the group's doings it sees; null for what the program was made for.</param>
    /// <param name="pin">A name to pin the attachment by; see <see cref="PinDirectory"/>.</param>
    /// <param name="ownsProgram">Whether the program is to be disposed with the attachment.</param>
    /// <exception cref="UnknownNameException">There is no such control group; names the nearest ones.</exception>
    /// <exception cref="KernelException">
    /// ENODEV: control groups of version 2 are not mounted. EINVAL: the program was made for another hook, or for none of a
    /// control group. EPERM: no privilege, or the group has a program that does not tolerate others.
    /// </exception>
    public static CgroupAttachment Attach(
        LoadedProgram program, string path, ProgramHook? hook = null, string? pin = null, bool ownsProgram = false)
    {
        ArgumentNullException.ThrowIfNull(program);
        var operation = Check(program, program.Type, $"the control group '{path}'");
        var (place, directory) = (HookOf(program, hook, operation), ControlGroups.Find(path));
        var attachType = (BpfAttachType)place;
        var hold = Hold.Build(hold =>
        {
            var group = ControlGroups.Open(directory, operation);
            if (!Hold.AvoidsLinks && KernelFacts.RunningVersion >= ControlGroups.LinksSince)
            {
                using (group) hold.Add(Bpf.CreateLink(program.Descriptor, group, attachType));
                return;
            }

            hold.Add(group);
            Bpf.AttachProgram(program.Descriptor, group, attachType, AllowMulti);
            hold.OutlivesProcess = true;
            hold.Undo(() => Detach(program, directory, attachType, operation));
        });
        return Complete(new CgroupAttachment(program, ownsProgram, directory, place, hold), pin);
    }

    private static void Detach(LoadedProgram program, string directory, BpfAttachType attachType, string operation)
    {
        if (!Directory.Exists(directory)) return;
        using var group = ControlGroups.Open(directory, operation);
        Bpf.DetachProgram(program.Descriptor, group, attachType);
    }

    private static ProgramHook HookOf(LoadedProgram program, ProgramHook? hook, string operation)
    {
        var possible = ProgramHooks.Of(program.Type);
        if (!ProgramHooks.OfControlGroups.Contains(program.Type))
        {
            throw new KernelException(
                operation, Errno.EINVAL, $"it is of type {program.Type}",
                "Declare it with a type for control groups: CgroupSkb, CgroupSocketAddress, ….");
        }

        var wanted = hook ?? program.Definition?.Hook ?? ProgramHooks.DefaultOf(program.Type);
        return wanted is { } found && possible.Contains(found)
            ? found
            : throw new KernelException(
                operation, Errno.EINVAL, wanted is null ? "no hook is named" : $"a program of type {program.Type} has no hook {wanted}",
                $"There are {string.Join(", ", possible)}.");
    }
}
