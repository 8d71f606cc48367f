namespace EbpfCat.Kernel;

/// <content>Links: attachments that live as long as a descriptor or pin of them.</content>
internal static unsafe partial class Bpf
{
    // BPF_F_KPROBE_MULTI_RETURN, BPF_F_REPLACE
    private const uint KprobeMultiReturn = 1u << 0;
    private const uint Replace = 1u << 2;

    /// <summary>Attaches a program to an object that has a descriptor: a control group (BPF_LINK_CREATE).</summary>
    public static LinkDescriptor CreateLink(ProgramDescriptor program, FileDescriptor target, BpfAttachType attachType)
    {
        using var borrowed = target.Borrow();
        return CreateLink(program, new LinkCreateAttributes { TargetFd = borrowed.Number, AttachType = attachType });
    }

    /// <summary>Attaches an XDP program to an interface (Linux 5.9).</summary>
    /// <param name="interfaceIndex">The interface, in the network namespace of the calling thread.</param>
    /// <param name="mode">Generic, Native, Offload, or none for the kernel's choice.</param>
    public static LinkDescriptor CreateXdpLink(
        ProgramDescriptor program, int interfaceIndex, XdpFlags mode = XdpFlags.None) => CreateLink(
        program,
        new LinkCreateAttributes
        {
            TargetIfindex = interfaceIndex,
            AttachType = BpfAttachType.Xdp,
            Flags = (uint)mode,
        });

    /// <summary>
    /// Attaches a program to what an interface receives or sends (tcx, Linux 6.6), behind the programs it has.
    /// </summary>
    /// <param name="program">The program, of type <see cref="BpfProgramType.SchedCls"/>.</param>
    /// <param name="interfaceIndex">The interface, in the network namespace of the calling thread.</param>
    /// <param name="attachType">TcxIngress or TcxEgress.</param>
    /// <param name="flags">Before or After, with Link where <paramref name="neighbor"/> is a link.</param>
    /// <param name="neighbor">The id of the program or link that it is attached before or after.</param>
    public static LinkDescriptor CreateTcxLink(
        ProgramDescriptor program, int interfaceIndex, BpfAttachType attachType, TcxFlags flags = TcxFlags.None,
        uint neighbor = 0) => CreateLink(
        program,
        new LinkCreateAttributes
        {
            TargetIfindex = interfaceIndex,
            AttachType = attachType,
            Flags = (uint)flags,
            RelativeId = neighbor,
        });

    /// <summary>The programs at an interface, in the order that they run (BPF_PROG_QUERY, Linux 6.6).</summary>
    /// <param name="interfaceIndex">The interface, in the network namespace of the calling thread.</param>
    /// <param name="attachType">TcxIngress or TcxEgress.</param>
    /// <returns>Ids; a program attached without a link has the link 0.</returns>
    public static IReadOnlyList<(uint ProgramId, uint LinkId)> QueryTcx(int interfaceIndex, BpfAttachType attachType)
    {
        // BPF_MPROG_MAX
        Span<uint> programs = stackalloc uint[64];
        Span<uint> links = stackalloc uint[64];
        fixed (uint* programPointer = programs, linkPointer = links)
        {
            var attributes = new ProgramQueryAttributes
            {
                TargetIfindex = interfaceIndex,
                AttachType = attachType,
                ProgIds = (ulong)programPointer,
                Count = programs.Length,
                LinkIds = (ulong)linkPointer,
            };
            try
            {
                Execute(
                    BpfCommand.ProgramQuery, ref attributes, $"list the programs of interface {interfaceIndex}",
                    attachType);
            }
            catch (KernelException refusal) when (refusal.Errno == Errno.ENOENT)
            {
                return [];
            }

            var found = new (uint, uint)[attributes.Count];
            for (var at = 0; at < found.Length; at++) found[at] = (programs[at], links[at]);
            return found;
        }
    }

    /// <summary>Attaches a program to a perf event: tracepoint, kprobe, uprobe or sample (Linux 5.15).</summary>
    /// <param name="cookie">A number that the program reads with <c>bpf_get_attach_cookie</c>.</param>
    public static LinkDescriptor CreatePerfEventLink(
        ProgramDescriptor program, FileDescriptor perfEvent, ulong cookie = 0)
    {
        using var borrowed = perfEvent.Borrow();
        return CreateLink(
            program,
            new LinkCreateAttributes
            {
                TargetFd = borrowed.Number,
                AttachType = BpfAttachType.PerfEvent,
                PerfEventBpfCookie = cookie,
            });
    }

    /// <summary>Attaches an iterator program to the objects that it visits (Linux 5.8).</summary>
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
                    IterInfo = (ulong)pointer,
                    IterInfoLength = selection.Length,
                });
        }
    }

    /// <summary>Attaches a program to many kernel functions (Linux 5.18).</summary>
    /// <param name="program">The program, loaded for the attach type TraceKprobeMulti.</param>
    /// <param name="symbols">The names of the functions; all must exist and be traceable.</param>
    /// <param name="cookie">A number that the program reads with <c>bpf_get_attach_cookie</c>.</param>
    /// <param name="onReturn">Whether to probe the return of the functions.</param>
    public static LinkDescriptor CreateKprobeMultiLink(
        ProgramDescriptor program, IReadOnlyList<string> symbols, ulong cookie, bool onReturn)
    {
        using var names = new StringArray(symbols);
        var cookies = new ulong[cookie == 0 ? 0 : symbols.Count];
        Array.Fill(cookies, cookie);
        fixed (ulong* pointer = cookies)
        {
            return CreateLink(
                program,
                new LinkCreateAttributes
                {
                    AttachType = BpfAttachType.TraceKprobeMulti,
                    KprobeMulti = new KprobeMultiAttributes
                    {
                        Flags = onReturn ? KprobeMultiReturn : 0,
                        Count = symbols.Count,
                        Symbols = (ulong)names.Pointer,
                        Cookies = (ulong)pointer,
                    },
                });
        }
    }

    /// <summary>Replaces the program of a link in one step (BPF_LINK_UPDATE).</summary>
    /// <param name="expected">The program that the link must hold, or null for any.</param>
    public static void UpdateLink(LinkDescriptor link, ProgramDescriptor program, ProgramDescriptor? expected = null)
    {
        using var borrowedLink = link.Borrow();
        using var borrowedProgram = program.Borrow();
        using var borrowedExpected = FileDescriptor.Borrow(expected);
        var attributes = new LinkUpdateAttributes
        {
            LinkFd = borrowedLink.Number,
            NewProgFd = borrowedProgram.Number,
            Flags = expected is null ? 0 : Replace,
            OldProgFd = borrowedExpected.Number,
        };
        Execute(BpfCommand.LinkUpdate, ref attributes, "replace the program of a link");
    }

    /// <summary>Detaches a link for all who hold it (BPF_LINK_DETACH, Linux 5.9); not all kinds have it.</summary>
    public static void DetachLink(LinkDescriptor link)
    {
        using var borrowed = link.Borrow();
        var number = borrowed.Number;
        Execute(BpfCommand.LinkDetach, ref number, "detach a link");
    }

    /// <summary>Starts to read from an iterator (BPF_ITER_CREATE, Linux 5.8).</summary>
    /// <returns>A descriptor to read(2) from until its end.</returns>
    public static FileDescriptor CreateIterator(LinkDescriptor link)
    {
        using var borrowed = link.Borrow();
        var attributes = new IteratorCreateAttributes { LinkFd = borrowed.Number };
        return new FileDescriptor(Execute(BpfCommand.IteratorCreate, ref attributes, "start an iterator"));
    }

    private static LinkDescriptor CreateLink(ProgramDescriptor program, LinkCreateAttributes attributes)
    {
        using var borrowed = program.Borrow();
        attributes.ProgFd = borrowed.Number;
        return new LinkDescriptor(Execute(
            BpfCommand.LinkCreate, ref attributes, $"attach a program to {attributes.AttachType}",
            attributes.AttachType));
    }

    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct LinkCreateAttributes
    {
        [FieldOffset(0)] public int ProgFd;
        [FieldOffset(4)] public int TargetFd;
        [FieldOffset(4)] public int TargetIfindex;
        [FieldOffset(8)] public BpfAttachType AttachType;
        [FieldOffset(12)] public uint Flags;
        [FieldOffset(16)] public ulong PerfEventBpfCookie;
        [FieldOffset(16)] public uint RelativeId;
        [FieldOffset(16)] public ulong IterInfo;
        [FieldOffset(24)] public int IterInfoLength;
        [FieldOffset(16)] public KprobeMultiAttributes KprobeMulti;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct KprobeMultiAttributes
    {
        public uint Flags;
        public int Count;
        public ulong Symbols;
        public ulong Addresses;
        public ulong Cookies;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct LinkUpdateAttributes
    {
        public int LinkFd;
        public int NewProgFd;
        public uint Flags;
        public int OldProgFd;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct IteratorCreateAttributes
    {
        public int LinkFd;
        public uint Flags;
    }

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct ProgramQueryAttributes
    {
        public int TargetIfindex;
        public BpfAttachType AttachType;
        public uint QueryFlags;
        public uint AttachFlags;
        public ulong ProgIds;
        public int Count;
        private readonly uint _padding;
        public ulong ProgAttachFlags;
        public ulong LinkIds;
        public ulong LinkAttachFlags;
    }
}
