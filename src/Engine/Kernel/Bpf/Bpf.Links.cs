using System.Runtime.InteropServices;

namespace EbpfCat.Kernel;

/// <content>Links: attachments that live as long as a descriptor or pin of them.</content>
internal static unsafe partial class Bpf
{
    /// <summary>
    /// Attaches a program to an object that has a descriptor: control group, network namespace (BPF_LINK_CREATE).
    /// </summary>
    /// <param name="program">The program.</param>
    /// <param name="target">The object.</param>
    /// <param name="attachType">Where on the object.</param>
    /// <param name="flags">Flags of the hook.</param>
    public static LinkDescriptor CreateLink(
        ProgramDescriptor program, FileDescriptor target, BpfAttachType attachType, uint flags = 0)
    {
        ArgumentNullException.ThrowIfNull(target);
        using var borrowed = target.Borrow();
        return CreateLink(
            program, new LinkCreateAttributes { Target = borrowed.Number, AttachType = attachType, Flags = flags });
    }

    /// <summary>Attaches an XDP program to an interface (Linux 5.9).</summary>
    /// <param name="program">The program.</param>
    /// <param name="interfaceIndex">The interface, in the network namespace of the calling thread.</param>
    /// <param name="mode">Generic, Native, Offload, or none for the kernel's choice.</param>
    public static LinkDescriptor CreateXdpLink(
        ProgramDescriptor program, int interfaceIndex, XdpFlags mode = XdpFlags.None) =>
        CreateLink(
            program,
            new LinkCreateAttributes { Target = interfaceIndex, AttachType = BpfAttachType.Xdp, Flags = (uint)mode });

    /// <summary>
    /// Attaches a program to what an interface receives or sends (tcx, Linux 6.6), after those there are.
    /// </summary>
    /// <param name="program">The program, of type <see cref="BpfProgramType.SchedCls"/>.</param>
    /// <param name="interfaceIndex">The interface, in the network namespace of the calling thread.</param>
    /// <param name="attachType">TcxIngress, TcxEgress; NetkitPrimary, NetkitPeer (Linux 6.7).</param>
    /// <param name="flags">
    /// Flags: <c>BPF_F_BEFORE</c> 8, <c>BPF_F_AFTER</c> 16, with <c>BPF_F_ID</c> 32, <c>BPF_F_LINK</c> 8192.
    /// </param>
    /// <param name="relative">The descriptor or id to go before or after, as the flags say.</param>
    /// <param name="expectedRevision">The revision the hook must have, or 0 for any.</param>
    public static LinkDescriptor CreateTcxLink(
        ProgramDescriptor program,
        int interfaceIndex,
        BpfAttachType attachType,
        uint flags = 0,
        uint relative = 0,
        ulong expectedRevision = 0) =>
        CreateLink(
            program,
            new LinkCreateAttributes
            {
                Target = interfaceIndex,
                AttachType = attachType,
                Flags = flags,
                Long0 = relative,
                Long1 = expectedRevision,
            });

    /// <summary>Attaches a program to a perf event: tracepoint, kprobe, uprobe or sample (Linux 5.15).</summary>
    /// <param name="program">The program.</param>
    /// <param name="perfEvent">The perf event.</param>
    /// <param name="cookie">A number that the program reads with <c>bpf_get_attach_cookie</c>.</param>
    public static LinkDescriptor CreatePerfEventLink(
        ProgramDescriptor program, FileDescriptor perfEvent, ulong cookie = 0)
    {
        ArgumentNullException.ThrowIfNull(perfEvent);
        using var borrowed = perfEvent.Borrow();
        return CreateLink(
            program,
            new LinkCreateAttributes
            {
                Target = borrowed.Number,
                AttachType = BpfAttachType.PerfEvent,
                Long0 = cookie,
            });
    }

    /// <summary>
    /// Attaches a tracing or LSM program to what it was loaded for, or to another function of the same shape.
    /// </summary>
    /// <param name="program">The program.</param>
    /// <param name="attachType">The attach type it was loaded with.</param>
    /// <param name="target">Another program to trace or extend (Linux 5.10), or null.</param>
    /// <param name="targetBtfId">The function's type in that program's BTF.</param>
    /// <param name="cookie">A number that the program reads with <c>bpf_get_attach_cookie</c> (Linux 6.0).</param>
    public static LinkDescriptor CreateTracingLink(
        ProgramDescriptor program,
        BpfAttachType attachType,
        ProgramDescriptor? target = null,
        uint targetBtfId = 0,
        ulong cookie = 0)
    {
        using var borrowed = FileDescriptor.Borrow(target);
        return CreateLink(
            program,
            new LinkCreateAttributes
            {
                Target = borrowed.Number,
                AttachType = attachType,
                Long0 = targetBtfId,
                Long1 = cookie,
            });
    }

    /// <summary>Attaches an iterator program to the objects it goes through (Linux 5.8).</summary>
    /// <param name="program">The program.</param>
    /// <param name="selection"><c>union bpf_iter_link_info</c>: which objects, or empty for all.</param>
    public static LinkDescriptor CreateIteratorLink(ProgramDescriptor program, ReadOnlySpan<byte> selection = default)
    {
        fixed (byte* pointer = selection)
        {
            return CreateLink(
                program,
                new LinkCreateAttributes
                {
                    AttachType = BpfAttachType.TraceIterator,
                    Long0 = (ulong)pointer,
                    Long1 = (ulong)selection.Length,
                });
        }
    }

    /// <summary>Attaches a program to many kernel functions (Linux 5.18).</summary>
    /// <param name="program">The program, loaded for the same attach type.</param>
    /// <param name="options">The functions.</param>
    public static LinkDescriptor CreateKprobeMultiLink(ProgramDescriptor program, KprobeMultiOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var symbols = new StringArray(options.Symbols);
        fixed (ulong* addresses = options.Addresses.ToArray(), cookies = options.Cookies.ToArray())
        {
            return CreateLink(
                program,
                new LinkCreateAttributes
                {
                    AttachType = options.Session ? BpfAttachType.TraceKprobeSession : BpfAttachType.TraceKprobeMulti,
                    Word0 = options.OnReturn ? 1u : 0,
                    Word1 = (uint)Math.Max(options.Symbols.Count, options.Addresses.Count),
                    Long1 = options.Symbols.Count > 0 ? (ulong)symbols.Pointer : 0,
                    Long2 = (ulong)addresses,
                    Long3 = (ulong)cookies,
                });
        }
    }

    /// <summary>Attaches a program to many places of a file (Linux 6.6).</summary>
    /// <param name="program">The program, loaded for the same attach type.</param>
    /// <param name="options">The places.</param>
    public static LinkDescriptor CreateUprobeMultiLink(ProgramDescriptor program, UprobeMultiOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        fixed (byte* path = Text.Terminated(options.Path))
        fixed (ulong* offsets = options.Offsets.ToArray(),
            semaphores = options.Semaphores.ToArray(),
            cookies = options.Cookies.ToArray())
        {
            return CreateLink(
                program,
                new LinkCreateAttributes
                {
                    AttachType = options.Session ? BpfAttachType.TraceUprobeSession : BpfAttachType.TraceUprobeMulti,
                    Long0 = (ulong)path,
                    Long1 = (ulong)offsets,
                    Long2 = (ulong)semaphores,
                    Long3 = (ulong)cookies,
                    Word8 = (uint)options.Offsets.Count,
                    Word9 = options.OnReturn ? 1u : 0,
                    Word10 = (uint)options.ProcessId,
                });
        }
    }

    /// <summary>Replaces the program of a link in one step (BPF_LINK_UPDATE).</summary>
    /// <param name="link">The link.</param>
    /// <param name="program">The new program.</param>
    /// <param name="expected">The program that the link must hold, or null for any.</param>
    public static void UpdateLink(LinkDescriptor link, ProgramDescriptor program, ProgramDescriptor? expected = null)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(program);
        using var borrowedLink = link.Borrow();
        using var borrowedProgram = program.Borrow();
        using var borrowedExpected = FileDescriptor.Borrow(expected);
        var attributes = new LinkUpdateAttributes
        {
            Link = borrowedLink.Number,
            Program = borrowedProgram.Number,
            Flags = expected is null ? 0 : Replace,
            Expected = borrowedExpected.Number,
        };
        var errno = Call(BpfCommand.LinkUpdate, ref attributes);
        if (errno != Errno.None)
        {
            throw Refusal(BpfCommand.LinkUpdate, errno, "replace the program of a link");
        }
    }

    /// <summary>
    /// Detaches a link for everyone who holds it (BPF_LINK_DETACH, Linux 5.9). Not every kind of link can.
    /// </summary>
    /// <param name="link">The link.</param>
    public static void DetachLink(LinkDescriptor link)
    {
        ArgumentNullException.ThrowIfNull(link);
        using var borrowed = link.Borrow();
        var number = borrowed.Number;
        var errno = Call(BpfCommand.LinkDetach, ref number);
        if (errno != Errno.None)
        {
            throw Refusal(BpfCommand.LinkDetach, errno, "detach a link");
        }
    }

    /// <summary>Starts a reading of an iterator (BPF_ITER_CREATE, Linux 5.8).</summary>
    /// <param name="link">The iterator's link.</param>
    /// <returns>A descriptor to read(2) from until its end.</returns>
    public static FileDescriptor CreateIterator(LinkDescriptor link)
    {
        ArgumentNullException.ThrowIfNull(link);
        using var borrowed = link.Borrow();
        var attributes = new IteratorCreateAttributes { Link = borrowed.Number };
        var errno = Call(BpfCommand.IteratorCreate, ref attributes, out var number);
        return errno == Errno.None
            ? new FileDescriptor(number)
            : throw Refusal(BpfCommand.IteratorCreate, errno, "start an iterator");
    }

    private static LinkDescriptor CreateLink(ProgramDescriptor program, LinkCreateAttributes attributes)
    {
        ArgumentNullException.ThrowIfNull(program);
        using var borrowed = program.Borrow();
        attributes.Program = borrowed.Number;
        var errno = Call(BpfCommand.LinkCreate, ref attributes, out var number);
        return errno == Errno.None
            ? new LinkDescriptor(number)
            : throw Refusal(
                BpfCommand.LinkCreate, errno, $"attach a program to {attributes.AttachType}", attributes.AttachType);
    }

    // The union of each hook starts at byte 16: words and double words count from there.
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct LinkCreateAttributes
    {
        [FieldOffset(0)]
        public int Program;
        [FieldOffset(4)]
        public int Target;
        [FieldOffset(8)]
        public BpfAttachType AttachType;
        [FieldOffset(12)]
        public uint Flags;
        [FieldOffset(16)]
        public ulong Long0;
        [FieldOffset(16)]
        public uint Word0;
        [FieldOffset(20)]
        public uint Word1;
        [FieldOffset(24)]
        public ulong Long1;
        [FieldOffset(32)]
        public ulong Long2;
        [FieldOffset(40)]
        public ulong Long3;
        [FieldOffset(48)]
        public uint Word8;
        [FieldOffset(52)]
        public uint Word9;
        [FieldOffset(56)]
        public uint Word10;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct LinkUpdateAttributes
    {
        public int Link;
        public int Program;
        public uint Flags;
        public int Expected;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct IteratorCreateAttributes
    {
        public int Link;
        public uint Flags;
    }
}
