using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EbpfCat.Kernel;

/// <content>What the kernel tells of objects (BPF_OBJ_GET_INFO_BY_FD).</content>
internal static unsafe partial class Bpf
{
    // Symbols end before 512 bytes and paths before 4096 (KSYM_NAME_LEN, PATH_MAX).
    private const int NameCapacity = 4096;

    /// <summary>What the kernel tells of a map.</summary>
    /// <param name="map">A descriptor of the map.</param>
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
            Flags = data.Flags,
            InterfaceIndex = data.InterfaceIndex,
            BtfId = data.BtfId,
            BtfKeyTypeId = data.BtfKeyTypeId,
            BtfValueTypeId = data.BtfValueTypeId,
            BtfVmlinuxValueTypeId = data.BtfVmlinuxValueTypeId,
            Extra = data.Extra,
        };
    }

    /// <summary>What the kernel tells of a program.</summary>
    /// <param name="program">A descriptor of the program.</param>
    /// <param name="parts">What to copy besides the fixed part.</param>
    public static ProgramInfo GetProgramInfo(FileDescriptor program, ProgramInfoParts parts = ProgramInfoParts.Maps)
    {
        var sizes = default(ProgramInfoData);
        GetInfo(program, ref sizes, "program");
        var mapIds = new uint[parts.HasFlag(ProgramInfoParts.Maps) ? sizes.MapCount : 0];
        var instructions = new byte[parts.HasFlag(ProgramInfoParts.Instructions) ? sizes.InstructionSize : 0];
        var lines = parts.HasFlag(ProgramInfoParts.Lines);
        var functionInfo = new byte[lines ? sizes.FunctionInfoCount * sizes.FunctionInfoRecordSize : 0];
        var lineInfo = new byte[lines ? sizes.LineInfoCount * sizes.LineInfoRecordSize : 0];
        var data = sizes;
        if (parts != ProgramInfoParts.None)
        {
            fixed (byte* instructionPointer = instructions, functionPointer = functionInfo, linePointer = lineInfo)
            fixed (uint* mapPointer = mapIds)
            {
                data = new ProgramInfoData
                {
                    MapCount = mapIds.Length,
                    MapIds = (ulong)mapPointer,
                    InstructionSize = instructions.Length,
                    Instructions = (ulong)instructionPointer,
                    FunctionInfoCount = lines ? sizes.FunctionInfoCount : 0,
                    FunctionInfoRecordSize = lines ? sizes.FunctionInfoRecordSize : 0,
                    FunctionInfo = (ulong)functionPointer,
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
            NativeSize = data.NativeSize,
            InstructionSize = sizes.InstructionSize,

            // The kernel clears the pointer where it does not let instructions out.
            Instructions = data.Instructions == 0 ? default : instructions,
            LoadTime = FromNanoseconds(data.LoadTime),
            UserId = data.UserId,
            MapIds = mapIds,
            IsGplCompatible = (data.GplCompatible & 1) != 0,
            InterfaceIndex = data.InterfaceIndex,
            BtfId = data.BtfId,
            FunctionInfo = functionInfo,
            FunctionInfoRecordSize = sizes.FunctionInfoRecordSize,
            LineInfo = lineInfo,
            LineInfoRecordSize = sizes.LineInfoRecordSize,
            RunTime = FromNanoseconds(data.RunTime),
            RunCount = data.RunCount,
            RecursionMisses = data.RecursionMisses,
            VerifiedInstructions = data.VerifiedInstructions,
            AttachBtfObjectId = data.AttachBtfObjectId,
            AttachBtfId = data.AttachBtfId,
        };
    }

    /// <summary>What the kernel tells of type information.</summary>
    /// <param name="btf">A descriptor of the type information.</param>
    /// <param name="withData">Whether to copy the type information itself.</param>
    public static BtfInfo GetBtfInfo(FileDescriptor btf, bool withData = false)
    {
        Span<byte> name = stackalloc byte[64];
        name.Clear();
        fixed (byte* namePointer = name)
        {
            var data = new BtfInfoData { Name = (ulong)namePointer, NameSize = name.Length };
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

            var content = new byte[withData ? data.Size : 0];
            if (withData)
            {
                fixed (byte* pointer = content)
                {
                    var copy = new BtfInfoData { Data = (ulong)pointer, Size = content.Length };
                    GetInfo(btf, ref copy, "type information (BTF)");
                }
            }

            return new BtfInfo(data.Id, Text.FromTerminated(name), data.IsKernel != 0, data.Size, content);
        }
    }

    /// <summary>What the kernel tells of a link.</summary>
    /// <param name="link">A descriptor of the link.</param>
    public static LinkInfo GetLinkInfo(FileDescriptor link)
    {
        var data = default(LinkInfoData);
        GetInfo(link, ref data, "link");
        var target = TargetOf(link, data);
        var info = new LinkInfo { Type = data.Type, Id = data.Id, ProgramId = data.ProgramId, Target = target };
        return data.Type switch
        {
            BpfLinkType.Tracing => info with
            {
                AttachType = (BpfAttachType)data.Word0,
                TargetObjectId = data.Word1,
                TargetBtfId = data.Word2,
            },
            BpfLinkType.Cgroup => info with { CgroupId = data.Long0, AttachType = (BpfAttachType)data.Word2 },
            BpfLinkType.NetworkNamespace => info with
            {
                NetworkNamespace = data.Word0,
                AttachType = (BpfAttachType)data.Word1,
            },
            BpfLinkType.Xdp => info with { InterfaceIndex = data.Word0 },
            BpfLinkType.Tcx or BpfLinkType.Netkit => info with
            {
                InterfaceIndex = data.Word0,
                AttachType = (BpfAttachType)data.Word1,
            },
            BpfLinkType.StructOps => info with { MapId = data.Word0 },
            BpfLinkType.SockMap => info with { MapId = data.Word0, AttachType = (BpfAttachType)data.Word1 },
            BpfLinkType.Netfilter => info with { Flags = data.Word3 },
            BpfLinkType.KprobeMulti => info with { Count = data.Word2, Flags = data.Word3 },
            BpfLinkType.UprobeMulti => info with { Count = data.Word9, Flags = data.Word10, ProcessId = data.Word11 },
            BpfLinkType.PerfEvent => info with
            {
                PerfEventType = (BpfPerfEventType)data.Word0,
                Offset = (BpfPerfEventType)data.Word0 is >= BpfPerfEventType.Uprobe and <= BpfPerfEventType.Kretprobe
                    ? data.Word5
                    : null,
            },
            _ => info,
        };
    }

    // Names are copied where a second question tells to; each kind of link keeps pointer and size in its own place.
    private static string? TargetOf(FileDescriptor link, in LinkInfoData known)
    {
        var named = known.Type is BpfLinkType.RawTracepoint or BpfLinkType.Iterator
            || (known.Type == BpfLinkType.UprobeMulti && known.Word9 != 0)
            || (known.Type == BpfLinkType.PerfEvent
                && (BpfPerfEventType)known.Word0 is >= BpfPerfEventType.Uprobe and <= BpfPerfEventType.Tracepoint);
        if (!named)
        {
            return null;
        }

        var buffer = new byte[NameCapacity];
        fixed (byte* pointer = buffer)
        {
            var question = default(LinkInfoData);
            switch (known.Type)
            {
                case BpfLinkType.PerfEvent:
                    (question.Long1, question.Word4) = ((ulong)pointer, NameCapacity);
                    break;
                case BpfLinkType.UprobeMulti:
                    (question.Long0, question.Word8) = ((ulong)pointer, NameCapacity);
                    break;
                default:
                    (question.Long0, question.Word2) = ((ulong)pointer, NameCapacity);
                    break;
            }

            GetInfo(link, ref question, "link");
        }

        return Text.FromTerminated(buffer);
    }

    private static void GetInfo<T>(FileDescriptor descriptor, ref T data, string kind)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        using var borrowed = descriptor.Borrow();
        fixed (T* pointer = &data)
        {
            var attributes = new InfoAttributes
            {
                Descriptor = borrowed.Number,
                Size = Unsafe.SizeOf<T>(),
                Info = (ulong)pointer,
            };
            var errno = Call(BpfCommand.ObjectGetInfoByFd, ref attributes);
            if (errno != Errno.None)
            {
                throw Refusal(BpfCommand.ObjectGetInfoByFd, errno, $"describe the {kind}");
            }
        }
    }

    private static TimeSpan FromNanoseconds(ulong nanoseconds) =>
        TimeSpan.FromTicks((long)(nanoseconds / TimeSpan.NanosecondsPerTick));

    [StructLayout(LayoutKind.Sequential)]
    private struct InfoAttributes
    {
        public int Descriptor;
        public int Size;
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
        public BpfMapFlags Flags;
        public ObjectName Name;
        public uint InterfaceIndex;
        public uint BtfVmlinuxValueTypeId;
        public ulong NamespaceDevice;
        public ulong NamespaceInode;
        public uint BtfId;
        public uint BtfKeyTypeId;
        public uint BtfValueTypeId;
        public uint BtfVmlinuxId;
        public ulong Extra;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ProgramInfoData
    {
        public BpfProgramType Type;
        public uint Id;
        public ulong Tag;
        public int NativeSize;
        public int InstructionSize;
        public ulong NativeInstructions;
        public ulong Instructions;
        public ulong LoadTime;
        public uint UserId;
        public int MapCount;
        public ulong MapIds;
        public ObjectName Name;
        public uint InterfaceIndex;
        public uint GplCompatible;
        public ulong NamespaceDevice;
        public ulong NamespaceInode;
        public uint NativeSymbolCount;
        public uint NativeFunctionCount;
        public ulong NativeSymbols;
        public ulong NativeFunctionSizes;
        public uint BtfId;
        public int FunctionInfoRecordSize;
        public ulong FunctionInfo;
        public int FunctionInfoCount;
        public int LineInfoCount;
        public ulong LineInfo;
        public ulong NativeLineInfo;
        public uint NativeLineInfoCount;
        public int LineInfoRecordSize;
        public uint NativeLineInfoRecordSize;
        public uint TagCount;
        public ulong Tags;
        public ulong RunTime;
        public ulong RunCount;
        public ulong RecursionMisses;
        public uint VerifiedInstructions;
        public uint AttachBtfObjectId;
        public uint AttachBtfId;
        public uint Padding;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct BtfInfoData
    {
        public ulong Data;
        public int Size;
        public uint Id;
        public ulong Name;
        public int NameSize;
        public uint IsKernel;
    }

    // A union that each kind of link fills in its own way: words and double words count from the union's start.
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct LinkInfoData
    {
        [FieldOffset(0)]
        public BpfLinkType Type;
        [FieldOffset(4)]
        public uint Id;
        [FieldOffset(8)]
        public uint ProgramId;
        [FieldOffset(16)]
        public ulong Long0;
        [FieldOffset(16)]
        public uint Word0;
        [FieldOffset(20)]
        public uint Word1;
        [FieldOffset(24)]
        public ulong Long1;
        [FieldOffset(24)]
        public uint Word2;
        [FieldOffset(28)]
        public uint Word3;
        [FieldOffset(32)]
        public uint Word4;
        [FieldOffset(36)]
        public uint Word5;
        [FieldOffset(48)]
        public uint Word8;
        [FieldOffset(52)]
        public uint Word9;
        [FieldOffset(56)]
        public uint Word10;
        [FieldOffset(60)]
        public uint Word11;
    }
}
