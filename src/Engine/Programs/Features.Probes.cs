using System.Collections.Concurrent;

namespace EbpfCat.Programs;

/// <content>
/// Probes for program types, map types and helpers: they load the smallest program or create the smallest map, once in
/// a process. For links and for types that need more, they look in the kernel's BTF.
/// </content>
public static partial class Features
{
    private const int LogSize = 1 << 12;

    // The verifier's words for a call that this type of program may not make; other refusals have other words.
    private static readonly string[] NoSuchHelper = ["invalid func ", "unknown func ", "cannot use helper "];

    private static readonly ConcurrentDictionary<BpfProgramType, bool> ProgramTypes = new();
    private static readonly ConcurrentDictionary<BpfMapType, bool> MapTypes = new();
    private static readonly ConcurrentDictionary<(int Helper, BpfProgramType Type), bool> Helpers = new();

    // Where the kernel must be told at load time what a program is to be attached to (bpf_prog_load_check_attach).
    private static readonly Dictionary<BpfProgramType, BpfAttachType> AttachTypes = new()
    {
        [BpfProgramType.CgroupSockAddr] = BpfAttachType.CgroupInet4Connect,
        [BpfProgramType.CgroupSockopt] = BpfAttachType.CgroupGetsockopt,
        [BpfProgramType.SkLookup] = BpfAttachType.SkLookup,
        [BpfProgramType.Netfilter] = BpfAttachType.Netfilter,
        [BpfProgramType.Tracing] = BpfAttachType.TraceFentry,
        [BpfProgramType.Lsm] = BpfAttachType.LsmMac,
    };

    // Functions that are there for programs to be attached to.
    private static readonly Dictionary<BpfProgramType, string> AttachFunctions = new()
    {
        [BpfProgramType.Tracing] = "bpf_fentry_test1",
        [BpfProgramType.Lsm] = "bpf_lsm_file_open",
    };

    // A name in the kernel's BTF if it was built with the type: loading or creating one needs another program.
    private static readonly Dictionary<BpfProgramType, string> ProgramTypeTraces = new()
    {
        [BpfProgramType.StructOps] = "bpf_struct_ops_map",
        [BpfProgramType.Extension] = "bpf_tracing_link",
    };

    private static readonly Dictionary<BpfLinkType, string> LinkTraces = new()
    {
        [BpfLinkType.RawTracepoint] = "bpf_raw_tp_link",
        [BpfLinkType.Tracing] = "bpf_tracing_link",
        [BpfLinkType.Cgroup] = "bpf_cgroup_link",
        [BpfLinkType.Iterator] = "bpf_iter_link",
        [BpfLinkType.NetworkNamespace] = "bpf_netns_link",
        [BpfLinkType.Xdp] = "bpf_xdp_link",
        [BpfLinkType.PerfEvent] = "bpf_perf_link",
        [BpfLinkType.KprobeMulti] = "bpf_kprobe_multi_link",
        [BpfLinkType.StructOps] = "bpf_struct_ops_link",
        [BpfLinkType.Netfilter] = "bpf_nf_link",
        [BpfLinkType.Tcx] = "tcx_link",
        [BpfLinkType.UprobeMulti] = "bpf_uprobe_multi_link",
        [BpfLinkType.Netkit] = "netkit_link",
        [BpfLinkType.SockMap] = "sockmap_link",
    };

    // Sizes of the smallest map of a type, where they are not 4, 4 and 1; Count 0 is one page.
    private static readonly Dictionary<BpfMapType, (int Key, int Value, uint Count, BpfMapFlags Flags)> MinSizes = new()
    {
        [BpfMapType.LpmTrie] = (8, 4, 1, BpfMapFlags.NoPreallocation),
        [BpfMapType.StackTrace] = (4, 8, 1, 0),
        [BpfMapType.CgroupStorage] = (16, 4, 0, 0),
        [BpfMapType.PerCpuCgroupStorage] = (16, 4, 0, 0),
        [BpfMapType.Queue] = (0, 4, 1, 0),
        [BpfMapType.Stack] = (0, 4, 1, 0),
        [BpfMapType.BloomFilter] = (0, 4, 1, 0),
        [BpfMapType.RingBuffer] = (0, 0, (uint)Environment.SystemPageSize, 0),
        [BpfMapType.UserRingBuffer] = (0, 0, (uint)Environment.SystemPageSize, 0),
        [BpfMapType.SkStorage] = (4, 4, 0, BpfMapFlags.NoPreallocation),
        [BpfMapType.InodeStorage] = (4, 4, 0, BpfMapFlags.NoPreallocation),
        [BpfMapType.TaskStorage] = (4, 4, 0, BpfMapFlags.NoPreallocation),
        [BpfMapType.CgrpStorage] = (4, 4, 0, BpfMapFlags.NoPreallocation),
        [BpfMapType.Arena] = (0, 0, 1, BpfMapFlags.Mappable),
    };

    // These want to know the types of key and value.
    private static readonly HashSet<BpfMapType> Typed =
        [BpfMapType.SkStorage, BpfMapType.InodeStorage, BpfMapType.TaskStorage, BpfMapType.CgrpStorage];

    /// <summary>Whether the kernel runs programs of a type: a program that only returns was loaded.</summary>
    /// <exception cref="KernelException">EPERM: this process may not load such programs.</exception>
    internal static bool Supports(BpfProgramType type) => ProgramTypes.GetOrAdd(type, static type =>
        ProgramTypeTraces.TryGetValue(type, out var trace)
            ? HasStructure(trace, KernelFacts.Since(type))
            : TryLoad(type, [Instruction.MoveImmediate(Width.W64, Register.R0, 0), Instruction.Exit()], null));

    /// <summary>Whether the kernel has maps of a type: the smallest was made.</summary>
    /// <exception cref="KernelException">EPERM: this process may not make such maps.</exception>
    internal static bool Supports(BpfMapType type) => MapTypes.GetOrAdd(type, static type =>
        type == BpfMapType.StructOps ? HasStructure("bpf_struct_ops_map", KernelFacts.Since(type)) : TryCreate(type));

    /// <summary>
    /// Whether programs of a type may call a helper: the verifier was asked about a call without arguments, and did not
    /// refuse the helper itself.
    /// </summary>
    /// <exception cref="KernelException">EPERM: this process may not load such programs.</exception>
    internal static bool Supports(Helper helper, BpfProgramType type)
    {
        ArgumentNullException.ThrowIfNull(helper);
        return Supports(type) && !ProgramTypeTraces.ContainsKey(type)
            && Helpers.GetOrAdd((helper.Id, type), static pair => MayCall(pair.Helper, pair.Type));
    }

    /// <summary>Whether the kernel has links of a type; by its BTF, and without that by its version.</summary>
    internal static bool Supports(BpfLinkType type) =>
        LinkTraces.TryGetValue(type, out var trace) && HasStructure(trace, KernelFacts.Since(type));

    private static bool HasStructure(string name, Version? since) => BtfTypes.Kernel is { } types
        ? types.FindStruct(name) is not null : since is not null && KernelFacts.RunningVersion >= since;

    private static bool MayCall(int helper, BpfProgramType type)
    {
        var log = new VerifierLog(1, LogSize);
        return TryLoad(type, [Instruction.Call(helper), Instruction.Exit()], log)
            || !NoSuchHelper.Any(words => log.Content.Contains(words, StringComparison.Ordinal));
    }

    private static bool TryLoad(BpfProgramType type, Instruction[] program, VerifierLog? log)
    {
        var function = AttachFunctions.TryGetValue(type, out var name) ? BtfTypes.Kernel?.FindFunction(name) : null;
        if (name is not null && function is null) return false;
        try
        {
            Bpf.LoadProgram(new ProgramLoadOptions
            {
                Type = type,
                Instructions = InstructionEncoder.Encode(program),
                ExpectedAttachType = AttachTypes.GetValueOrDefault(type),
                AttachBtfId = (uint)(function?.Id ?? 0),
                // A program of this type does nothing that may not sleep.
                Flags = type == BpfProgramType.Syscall ? BpfProgramFlags.Sleepable : 0,
                KernelVersion = VersionCode(KernelFacts.RunningVersion),
                Log = log,
            }).Dispose();
            return true;
        }
        catch (KernelException refusal) when (refusal.MissingCapabilities.Count == 0)
        {
            return false;
        }
    }

    private static bool TryCreate(BpfMapType type)
    {
        var (key, value, entries, flags) = MinSizes.GetValueOrDefault(type, (4, 4, 1u, BpfMapFlags.None));
        var options = new MapCreateOptions
        {
            Type = type,
            KeySize = key,
            ValueSize = value,
            MaxEntries = entries,
            Flags = flags,
        };
        try
        {
            using var inner = type is BpfMapType.ArrayOfMaps or BpfMapType.HashOfMaps
                ? Bpf.CreateMap(
                    new MapCreateOptions { Type = BpfMapType.Array, KeySize = 4, ValueSize = 4, MaxEntries = 1 })
                : null;
            var builder = new BtfBuilder();
            var number = (uint)builder.AddType(ScalarType.Int32);
            using var btf = Typed.Contains(type) ? Bpf.LoadBtf(builder.ToBytes()) : null;
            if (btf is not null) options = options with { Btf = btf, BtfKeyTypeId = number, BtfValueTypeId = number };
            Bpf.CreateMap(options with { InnerMap = inner }).Dispose();
            return true;
        }
        catch (KernelException refusal) when (refusal.MissingCapabilities.Count == 0)
        {
            return false;
        }
    }

    // KERNEL_VERSION of linux/version.h.
    private static uint VersionCode(Version version) =>
        (uint)(version.Major << 16 | version.Minor << 8 | Math.Clamp(version.Build, 0, 255));
}
