using System.Runtime.InteropServices;

namespace EbpfCat.Kernel;

/// <content>Attachments without links, which stay until they are removed or their target goes.</content>
internal static unsafe partial class Bpf
{
    private const uint Replace = 1u << 2;

    /// <summary>Attaches a program to a control group, map of sockets or network namespace (BPF_PROG_ATTACH).</summary>
    /// <param name="program">The program.</param>
    /// <param name="target">The descriptor of the target.</param>
    /// <param name="attachType">Where on the target.</param>
    /// <param name="flags"><c>BPF_F_ALLOW_OVERRIDE</c> 1, <c>BPF_F_ALLOW_MULTI</c> 2, <c>BPF_F_REPLACE</c> 4.</param>
    /// <param name="replaced">The program to replace, with <c>BPF_F_REPLACE</c> (Linux 5.6).</param>
    public static void AttachProgram(
        ProgramDescriptor program,
        FileDescriptor target,
        BpfAttachType attachType,
        uint flags = 0,
        ProgramDescriptor? replaced = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        Attach(BpfCommand.ProgramAttach, program, target, attachType, flags, replaced);
    }

    /// <summary>Detaches a program that was attached without a link (BPF_PROG_DETACH).</summary>
    /// <param name="program">The program; null where the hook has room for one only.</param>
    /// <param name="target">The descriptor of the target.</param>
    /// <param name="attachType">Where on the target.</param>
    public static void DetachProgram(ProgramDescriptor? program, FileDescriptor target, BpfAttachType attachType) =>
        Attach(BpfCommand.ProgramDetach, program, target, attachType, 0, null);

    /// <summary>Lists the programs of a hook (BPF_PROG_QUERY).</summary>
    /// <param name="target">The descriptor of the target: control group or network namespace.</param>
    /// <param name="attachType">Where on the target.</param>
    /// <param name="effective">Whether to list those of the parents that take effect too.</param>
    public static ProgramQueryResult QueryPrograms(
        FileDescriptor target, BpfAttachType attachType, bool effective = false)
    {
        ArgumentNullException.ThrowIfNull(target);
        using var borrowed = target.Borrow();
        return Query(borrowed.Number, attachType, effective ? 1u : 0, withLinks: false);
    }

    /// <summary>Lists the programs of an interface's hook: tcx, netkit (Linux 6.6).</summary>
    /// <param name="interfaceIndex">The interface, in the network namespace of the calling thread.</param>
    /// <param name="attachType">Where on the interface.</param>
    public static ProgramQueryResult QueryPrograms(int interfaceIndex, BpfAttachType attachType) =>
        Query(interfaceIndex, attachType, 0, withLinks: true);

    /// <summary>Attaches a program to a raw tracepoint (BPF_RAW_TRACEPOINT_OPEN).</summary>
    /// <param name="program">
    /// The program; a tracing or LSM program is attached to what it was loaded for.
    /// </param>
    /// <param name="tracepoint">
    /// The name without its category, or null for a program that was loaded for its target.
    /// </param>
    /// <returns>The link; before Linux 5.8 a descriptor that does as much while it is open.</returns>
    public static LinkDescriptor OpenRawTracepoint(ProgramDescriptor program, string? tracepoint)
    {
        ArgumentNullException.ThrowIfNull(program);
        using var borrowed = program.Borrow();
        fixed (byte* name = tracepoint is null ? null : Text.Terminated(tracepoint))
        {
            var attributes = new RawTracepointAttributes { Name = (ulong)name, Program = borrowed.Number };
            var errno = Call(BpfCommand.RawTracepointOpen, ref attributes, out var number);
            return errno switch
            {
                Errno.None => new LinkDescriptor(number),
                Errno.ENOENT => throw new KernelException(
                    $"attach to the raw tracepoint '{tracepoint}'", errno, "the kernel has no tracepoint of this name",
                    "Give the name without its category: sched_switch, not sched:sched_switch."),
                _ => throw Refusal(BpfCommand.RawTracepointOpen, errno, $"attach to the raw tracepoint '{tracepoint}'"),
            };
        }
    }

    private static void Attach(
        BpfCommand command,
        ProgramDescriptor? program,
        FileDescriptor target,
        BpfAttachType attachType,
        uint flags,
        ProgramDescriptor? replaced)
    {
        ArgumentNullException.ThrowIfNull(target);
        using var borrowedTarget = target.Borrow();
        using var borrowedProgram = FileDescriptor.Borrow(program);
        using var borrowedReplaced = FileDescriptor.Borrow(replaced);
        var attributes = new AttachAttributes
        {
            Target = borrowedTarget.Number,
            Program = borrowedProgram.Number,
            AttachType = attachType,
            Flags = flags,
            Replaced = borrowedReplaced.Number,
        };
        var errno = Call(command, ref attributes);
        if (errno != Errno.None)
        {
            var verb = command == BpfCommand.ProgramAttach ? "attach a program to" : "detach a program from";
            throw Refusal(command, errno, $"{verb} {attachType}", attachType);
        }
    }

    private static ProgramQueryResult Query(int target, BpfAttachType attachType, uint flags, bool withLinks)
    {
        for (var capacity = 64; ; capacity *= 2)
        {
            var programs = new uint[capacity];
            var links = new uint[capacity];
            fixed (uint* programPointer = programs, linkPointer = links)
            {
                var attributes = new QueryAttributes
                {
                    Target = target,
                    AttachType = attachType,
                    QueryFlags = flags,
                    Programs = (ulong)programPointer,
                    Count = (uint)capacity,
                    Links = withLinks ? (ulong)linkPointer : 0,
                };
                switch (Call(BpfCommand.ProgramQuery, ref attributes))
                {
                    case Errno.None:
                        var count = (int)attributes.Count;
                        return new ProgramQueryResult(
                            programs[..count],
                            withLinks ? links[..count] : [],
                            attributes.AttachFlags,
                            attributes.Revision);
                    case Errno.ENOSPC:
                        break;
                    case var errno:
                        throw Refusal(BpfCommand.ProgramQuery, errno, $"list the programs of {attachType}", attachType);
                }
            }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct AttachAttributes
    {
        public int Target;
        public int Program;
        public BpfAttachType AttachType;
        public uint Flags;
        public int Replaced;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct QueryAttributes
    {
        public int Target;
        public BpfAttachType AttachType;
        public uint QueryFlags;
        public uint AttachFlags;
        public ulong Programs;
        public uint Count;
        public uint Padding;
        public ulong ProgramFlags;
        public ulong Links;
        public ulong LinkFlags;
        public ulong Revision;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct RawTracepointAttributes
    {
        public ulong Name;
        public int Program;
        public uint Padding;
    }
}
