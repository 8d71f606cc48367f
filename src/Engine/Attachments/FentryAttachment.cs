using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Attachments;

/// <summary>
/// A program attached to entry or return of a kernel function, whose arguments it reads by type (fentry, fexit, fmod_ret;
/// Linux 5.5). The function is its definition's target: the verifier has to know it when the program is loaded.
/// </summary>
public sealed class FentryAttachment : HookAttachment
{
    internal const string KindName = "Fentry";

    private static readonly Dictionary<BpfAttachType, string> Kinds = new()
    {
        [BpfAttachType.TraceFentry] = KindName,
        [BpfAttachType.TraceFexit] = "Fexit",
        [BpfAttachType.ModifyReturn] = "ModifyReturn",
    };

    private FentryAttachment(LoadedProgram program, bool ownsProgram, string function, Hold hold)
        : base(program, ownsProgram, function, hold)
    {
    }

    /// <inheritdoc/>
    public override string Kind => Kinds[Program.AttachType];

    /// <summary>Attaches a program to the function it was loaded for.</summary>
    /// <param name="program">
    /// The program, of type Tracing, with the hook Fentry, Fexit or ModifyReturn and the function as its target.
    /// </param>
    /// <param name="pin">A name to pin the attachment by (Linux 5.8); see <see cref="PinDirectory"/>.</param>
    /// <param name="ownsProgram">Whether the program is to be disposed with the attachment.</param>
    /// <exception cref="KernelException">
    /// ENOTSUPP, EBUSY: the kernel cannot attach programs to this function this way. EPERM, EACCES: no privilege, or the
    /// kernel is locked down. EINVAL: the program was loaded for another hook.
    /// </exception>
    public static FentryAttachment Attach(LoadedProgram program, string? pin = null, bool ownsProgram = false)
    {
        var function = TracingHooks.TargetOf(program);
        var operation = Check(program, ProgramType.Tracing, $"the kernel function '{function}'");
        if (!Kinds.ContainsKey(program.AttachType)) throw TracingHooks.LoadedForAnother(operation, program, "Fentry or Fexit");
        var hold = Hold.Build(hold => hold.Add(TracingHooks.Open(program, operation)));
        return Complete(new FentryAttachment(program, ownsProgram, function, hold), pin);
    }
}
