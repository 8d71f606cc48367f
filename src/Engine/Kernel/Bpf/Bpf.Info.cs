namespace EbpfCat.Kernel;

/// <content>Descriptions of objects (BPF_OBJ_GET_INFO_BY_FD).</content>
internal static unsafe partial class Bpf
{
    // Symbols end before 512 bytes and paths before 4096 (KSYM_NAME_LEN, PATH_MAX).
    private const int NameCapacity = 4096;

    public static MapInfo GetMapInfo(FileDescriptor map)
    {
        var data = default(MapInfoData);
        GetInfo(map, ref data, "map");
        return new MapInfo
        {
            Type = data.Type,
            Id = data.Id,
            Name = data.Name.ToString(),
            KeySize = data.KeySize,
            ValueSize = data.ValueSize,
            MaxEntries = data.MaxEntries,
            Flags = data.MapFlags,
            BtfId = data.BtfId,
            BtfKeyTypeId = data.BtfKeyTypeId,
            BtfValueTypeId = data.BtfValueTypeId,
        };
    }

    /// <summary>Describes a program.</summary>
    /// <param name="parts">The parts to copy besides the fixed one.</param>
    public static ProgramInfo GetProgramInfo(FileDescriptor program, ProgramInfoParts parts = ProgramInfoParts.Maps)
    {
        var sizes = default(ProgramInfoData);
        GetInfo(program, ref sizes, "program");
        var mapIds = new uint[parts.HasFlag(ProgramInfoParts.Maps) ? sizes.MapIdCount : 0];
        var instructions = new byte[parts.HasFlag(ProgramInfoParts.Instructions) ? sizes.XlatedProgLength : 0];
        var lines = parts.HasFlag(ProgramInfoParts.Lines);
        var functionInfo = new byte[lines ? sizes.FuncInfoCount * sizes.FuncInfoRecordSize : 0];
        var lineInfo = new byte[lines ? sizes.LineInfoCount * sizes.LineInfoRecordSize : 0];
        var data = sizes;
        if (parts != ProgramInfoParts.None)
        {
            fixed (byte* instructionPointer = instructions, functionPointer = functionInfo, linePointer = lineInfo)
            fixed (uint* mapPointer = mapIds)
            {
                data = new ProgramInfoData
                {
                    MapIdCount = mapIds.Length,
                    MapIds = (ulong)mapPointer,
                    XlatedProgLength = instructions.Length,
                    XlatedProgInsns = (ulong)instructionPointer,
                    FuncInfoCount = lines ? sizes.FuncInfoCount : 0,
                    FuncInfoRecordSize = lines ? sizes.FuncInfoRecordSize : 0,
                    FuncInfo = (ulong)functionPointer,
                    LineInfoCount = lines ? sizes.LineInfoCount : 0,
                    LineInfoRecordSize = lines ? sizes.LineInfoRecordSize : 0,
                    LineInfo = (ulong)linePointer,
                };
                GetInfo(program, ref data, "program");
            }
        }

        return new ProgramInfo
        {
            Type = data.Type,
            Id = data.Id,
            Name = data.Name.ToString(),
            Tag = Convert.ToHexStringLower(MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in data.Tag))),
            NativeSize = data.JitedProgLength,
            InstructionSize = sizes.XlatedProgLength,

            // The kernel clears the pointer where it does not let instructions out.
            Instructions = data.XlatedProgInsns == 0 ? default : instructions,
            LoadTime = FromNanoseconds(data.LoadTime),
            UserId = data.CreatedByUid,
            MapIds = mapIds,
            IsGplCompatible = (data.GplCompatible & 1) != 0,
            BtfId = data.BtfId,
            FunctionInfo = functionInfo,
            FunctionInfoRecordSize = sizes.FuncInfoRecordSize,
            LineInfo = lineInfo,
            LineInfoRecordSize = sizes.LineInfoRecordSize,
            RunTime = FromNanoseconds(data.RunTimeNs),
            RunCount = data.RunCount,
            AttachBtfObjectId = data.AttachBtfObjId,
            AttachBtfId = data.AttachBtfId,
        };
    }

    /// <summary>Describes type information.</summary>
    /// <param name="withData">Whether to copy the type information itself.</param>
    public static BtfInfo GetBtfInfo(FileDescriptor btf, bool withData = false)
    {
        Span<byte> name = stackalloc byte[64];
        name.Clear();
        fixed (byte* namePointer = name)
        {
            var data = new BtfInfoData { Name = (ulong)namePointer, NameLength = name.Length };
            try
            {
                GetInfo(btf, ref data, "type information (BTF)");
            }
            catch (KernelException refusal) when (refusal.Errno == Errno.E2BIG)
            {
                // Before Linux 5.11 there are no names.
                data = default;
                GetInfo(btf, ref data, "type information (BTF)");
            }

            var content = new byte[withData ? data.BtfSize : 0];
            if (withData)
            {
                fixed (byte* pointer = content)
                {
                    var copy = new BtfInfoData { Btf = (ulong)pointer, BtfSize = content.Length };
                    GetInfo(btf, ref copy, "type information (BTF)");
                }
            }

            return new BtfInfo(data.Id, Text.FromCString(name), data.KernelBtf != 0, data.BtfSize, content);
        }
    }

    public static LinkInfo GetLinkInfo(FileDescriptor link)
    {
        var data = default(LinkInfoData);
        GetInfo(link, ref data, "link");
        var info = new LinkInfo
        {
            Type = data.Type,
            Id = data.Id,
            ProgramId = data.ProgId,
            Target = TargetOf(link, data),
        };
        return data.Type switch
        {
            BpfLinkType.Tracing => info with
            {
                AttachType = data.Tracing.AttachType,
                TargetObjectId = data.Tracing.TargetObjId,
                TargetBtfId = data.Tracing.TargetBtfId,
            },
            BpfLinkType.Cgroup => info with { CgroupId = data.Cgroup.CgroupId, AttachType = data.Cgroup.AttachType },
            BpfLinkType.NetworkNamespace => info with
            {
                NetworkNamespace = data.Netns.NetnsIno,
                AttachType = data.Netns.AttachType,
            },
            BpfLinkType.Xdp => info with { InterfaceIndex = data.Interface.Ifindex },
            BpfLinkType.Tcx or BpfLinkType.Netkit => info with
            {
                InterfaceIndex = data.Interface.Ifindex,
                AttachType = data.Interface.AttachType,
            },
            BpfLinkType.KprobeMulti => info with { Count = data.KprobeMulti.Count, Flags = data.KprobeMulti.Flags },
            BpfLinkType.UprobeMulti => info with { Count = data.UprobeMulti.Count, Flags = data.UprobeMulti.Flags },
            BpfLinkType.PerfEvent => info with
            {
                PerfEventType = data.PerfEvent.Type,
                Offset = data.PerfEvent.Type is >= BpfPerfEventType.Uprobe and <= BpfPerfEventType.Kretprobe
                    ? data.PerfEvent.Offset : null,
            },
            _ => info,
        };
    }

    // A second call copies the name to a buffer, whose address and size each kind of link has at its own place.
    private static string? TargetOf(FileDescriptor link, in LinkInfoData known)
    {
        var buffer = new byte[NameCapacity];
        fixed (byte* pointer = buffer)
        {
            var request = default(LinkInfoData);
            switch (known.Type)
            {
                case BpfLinkType.RawTracepoint or BpfLinkType.Iterator:
                    request.Named = new NamedLink { Name = (ulong)pointer, NameLength = NameCapacity };
                    break;
                case BpfLinkType.PerfEvent when known.PerfEvent.Type is >= BpfPerfEventType.Uprobe
                    and <= BpfPerfEventType.Tracepoint:
                    request.PerfEvent = new PerfEventLink { Name = (ulong)pointer, NameLength = NameCapacity };
                    break;
                case BpfLinkType.UprobeMulti when known.UprobeMulti.Count != 0:
                    request.UprobeMulti = new UprobeMultiLink { Path = (ulong)pointer, PathSize = NameCapacity };
                    break;
                default: return null;
            }

            GetInfo(link, ref request, "link");
        }

        return Text.FromCString(buffer);
    }

    private static void GetInfo<T>(FileDescriptor descriptor, ref T data, string kind)
        where T : unmanaged
    {
        using var borrowed = descriptor.Borrow();
        fixed (T* pointer = &data)
        {
            var attributes = new InfoAttributes
            {
                BpfFd = borrowed.Number,
                InfoLength = Unsafe.SizeOf<T>(),
                Info = (ulong)pointer,
            };
            Execute(BpfCommand.ObjectGetInfoByFd, ref attributes, $"describe the {kind}");
        }
    }

    private static TimeSpan FromNanoseconds(ulong nanoseconds) =>
        TimeSpan.FromTicks((long)(nanoseconds / TimeSpan.NanosecondsPerTick));

    [StructLayout(LayoutKind.Sequential)]
    private struct InfoAttributes
    {
        public int BpfFd;
        public int InfoLength;
        public ulong Info;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MapInfoData
    {
        public BpfMapType Type;
        public uint Id;
        public int KeySize;
        public int ValueSize;
        public uint MaxEntries;
        public BpfMapFlags MapFlags;
        public ObjectName Name;
        public uint Ifindex;
        public uint BtfVmlinuxValueTypeId;
        public ulong NetnsDev;
        public ulong NetnsIno;
        public uint BtfId;
        public uint BtfKeyTypeId;
        public uint BtfValueTypeId;
        public uint BtfVmlinuxId;
        public ulong MapExtra;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ProgramInfoData
    {
        public BpfProgramType Type;
        public uint Id;
        public ulong Tag;
        public int JitedProgLength;
        public int XlatedProgLength;
        public ulong JitedProgInsns;
        public ulong XlatedProgInsns;
        public ulong LoadTime;
        public uint CreatedByUid;
        public int MapIdCount;
        public ulong MapIds;
        public ObjectName Name;
        public uint Ifindex;
        public uint GplCompatible;
        public ulong NetnsDev;
        public ulong NetnsIno;
        public uint JitedKsymCount;
        public uint JitedFuncLengthCount;
        public ulong JitedKsyms;
        public ulong JitedFuncLengths;
        public uint BtfId;
        public int FuncInfoRecordSize;
        public ulong FuncInfo;
        public int FuncInfoCount;
        public int LineInfoCount;
        public ulong LineInfo;
        public ulong JitedLineInfo;
        public uint JitedLineInfoCount;
        public int LineInfoRecordSize;
        public uint JitedLineInfoRecordSize;
        public uint ProgTagCount;
        public ulong ProgTags;
        public ulong RunTimeNs;
        public ulong RunCount;
        public ulong RecursionMisses;
        public uint VerifiedInsns;
        public uint AttachBtfObjId;
        public uint AttachBtfId;
        public uint Padding;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct BtfInfoData
    {
        public ulong Btf;
        public int BtfSize;
        public uint Id;
        public ulong Name;
        public int NameLength;
        public uint KernelBtf;
    }

    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct LinkInfoData
    {
        private const int Union = 16;

        [FieldOffset(0)] public BpfLinkType Type;
        [FieldOffset(4)] public uint Id;
        [FieldOffset(8)] public uint ProgId;
        [FieldOffset(Union)] public NamedLink Named;
        [FieldOffset(Union)] public TracingLink Tracing;
        [FieldOffset(Union)] public CgroupLink Cgroup;
        [FieldOffset(Union)] public NetnsLink Netns;
        [FieldOffset(Union)] public InterfaceLink Interface;
        [FieldOffset(Union)] public KprobeMultiLink KprobeMulti;
        [FieldOffset(Union)] public UprobeMultiLink UprobeMulti;
        [FieldOffset(Union)] public PerfEventLink PerfEvent;
    }

    // raw_tracepoint and iter
    [StructLayout(LayoutKind.Sequential)]
    private struct NamedLink
    {
        public ulong Name;
        public int NameLength;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TracingLink
    {
        public BpfAttachType AttachType;
        public uint TargetObjId;
        public uint TargetBtfId;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct CgroupLink
    {
        public ulong CgroupId;
        public BpfAttachType AttachType;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct NetnsLink
    {
        public uint NetnsIno;
        public BpfAttachType AttachType;
    }

    // xdp, tcx and netkit; xdp has no attach type
    [StructLayout(LayoutKind.Sequential)]
    private struct InterfaceLink
    {
        public uint Ifindex;
        public BpfAttachType AttachType;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct KprobeMultiLink
    {
        public ulong Addresses;
        public uint Count;
        public uint Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct UprobeMultiLink
    {
        public ulong Path;
        public ulong Offsets;
        public ulong RefCtrOffsets;
        public ulong Cookies;
        public int PathSize;
        public uint Count;
        public uint Flags;
        public uint Pid;
    }

    // The members of kprobes, uprobes and tracepoints begin alike.
    [StructLayout(LayoutKind.Sequential)]
    private struct PerfEventLink
    {
        public BpfPerfEventType Type;
        public uint Padding;
        public ulong Name;
        public int NameLength;
        public uint Offset;
    }
}
