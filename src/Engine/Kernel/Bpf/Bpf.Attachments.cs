namespace EbpfCat.Kernel;

/// <content>Attachments without links, which stay until they are removed or their target goes.</content>
internal static unsafe partial class Bpf
{
    /// <summary>Attaches a program to a control group (BPF_PROG_ATTACH).</summary>
    /// <param name="target">The control group.</param>
    /// <param name="attachType">The hook of the target.</param>
    /// <param name="flags"><c>BPF_F_ALLOW_OVERRIDE</c> 1, <c>BPF_F_ALLOW_MULTI</c> 2.</param>
    public static void AttachProgram(
        ProgramDescriptor program, FileDescriptor target, BpfAttachType attachType, uint flags = 0) =>
        Attach(BpfCommand.ProgramAttach, program, target, attachType, flags, $"attach a program to {attachType}");

    /// <summary>Detaches a program that was attached without a link (BPF_PROG_DETACH).</summary>
    public static void DetachProgram(ProgramDescriptor program, FileDescriptor target, BpfAttachType attachType) =>
        Attach(BpfCommand.ProgramDetach, program, target, attachType, 0, $"detach a program from {attachType}");

    /// <summary>Attaches a program to a raw tracepoint (BPF_RAW_TRACEPOINT_OPEN).</summary>
    /// <param name="program">The program; a tracing or LSM program is attached to what it was loaded for.</param>
    /// <param name="tracepoint">The name without category, or null if the program was loaded for its target.</param>
    /// <returns>The link; before Linux 5.8 a descriptor that has the same effect while it is open.</returns>
    public static LinkDescriptor OpenRawTracepoint(ProgramDescriptor program, string? tracepoint)
    {
        using var borrowed = program.Borrow();
        fixed (byte* name = tracepoint is null ? null : Text.ToCString(tracepoint))
        {
            var attributes = new RawTracepointAttributes { Name = (ulong)name, ProgFd = borrowed.Number };
            var operation = $"attach to the raw tracepoint '{tracepoint}'";
            return Call(BpfCommand.RawTracepointOpen, ref attributes, out var number) switch
            {
                Errno.None => new LinkDescriptor(number),
                Errno.ENOENT => throw new KernelException(
                    operation, Errno.ENOENT, "the kernel has no tracepoint of this name",
                    "Give the name without its category: sched_switch, not sched:sched_switch."),
                var errno => throw Refusal(BpfCommand.RawTracepointOpen, errno, operation),
            };
        }
    }

    private static void Attach(
        BpfCommand command, ProgramDescriptor program, FileDescriptor target, BpfAttachType attachType, uint flags,
        string operation)
    {
        using var borrowedTarget = target.Borrow();
        using var borrowedProgram = program.Borrow();
        var attributes = new ProgramAttachAttributes
        {
            TargetFd = borrowedTarget.Number,
            AttachBpfFd = borrowedProgram.Number,
            AttachType = attachType,
            AttachFlags = flags,
        };
        Execute(command, ref attributes, operation, attachType);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ProgramAttachAttributes
    {
        public int TargetFd;
        public int AttachBpfFd;
        public BpfAttachType AttachType;
        public uint AttachFlags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct RawTracepointAttributes
    {
        public ulong Name;
        public int ProgFd;
        public uint Padding;
    }
}
