using System.Text.RegularExpressions;
using EbpfCat.Bytecode;
using EbpfCat.Kernel;
using static EbpfCat.Bytecode.Instruction;

namespace EbpfCat.Tests.Bytecode;

public partial class HelperTableTests
{
    private const string Header = "/usr/include/linux/bpf.h";

    // Memory that the header does not declare const, though the helper only reads it.
    private static readonly string[] ReadThoughNotConst =
    [
        "bind.addr", "btf_find_by_name_kind.name", "csum_diff.from", "csum_diff.to", "dynptr_from_mem.data",
        "dynptr_write.src",
        "lwt_push_encap.hdr", "lwt_seg6_action.param", "perf_event_output.data", "redirect_neigh.params",
        "ringbuf_output.data",
        "seq_printf_btf.ptr", "setsockopt.optval", "sk_lookup_tcp.tuple", "sk_lookup_udp.tuple", "skb_output.data",
        "skb_set_tunnel_key.key", "skb_set_tunnel_opt.opt", "skc_lookup_tcp.tuple", "snprintf.data", "snprintf_btf.ptr",
        "tcp_check_syncookie.iph", "tcp_check_syncookie.th", "tcp_gen_syncookie.iph", "tcp_gen_syncookie.th",
        "tcp_raw_check_syncookie_ipv4.iph", "tcp_raw_check_syncookie_ipv4.th", "tcp_raw_check_syncookie_ipv6.iph",
        "tcp_raw_check_syncookie_ipv6.th", "tcp_raw_gen_syncookie_ipv4.iph", "tcp_raw_gen_syncookie_ipv4.th",
        "tcp_raw_gen_syncookie_ipv6.iph", "tcp_raw_gen_syncookie_ipv6.th", "xdp_output.data", "xdp_store_bytes.buf",
    ];

    // The cases of bpf_helper_changes_pkt_data() in net/core/filter.c of Linux 6.18. The tail call came with Linux 6.13
    // and its stable kernels (1a4607ffba35); Linux 6.19 takes it off again for calls outside of functions.
    private static readonly string[] InvalidatingHelpers =
    [
        "clone_redirect", "l3_csum_replace", "l4_csum_replace", "lwt_push_encap", "lwt_seg6_action",
        "lwt_seg6_adjust_srh",
        "lwt_seg6_store_bytes", "msg_pop_data", "msg_pull_data", "msg_push_data", "skb_adjust_room", "skb_change_head",
        "skb_change_proto", "skb_change_tail", "skb_pull_data", "skb_store_bytes", "skb_vlan_pop", "skb_vlan_push",
        "store_hdr_opt", "tail_call", "xdp_adjust_head", "xdp_adjust_meta", "xdp_adjust_tail",
    ];

    // Program types that read packets, and where in the context the pointers to the packet and its end are.
    private static readonly (int Type, MemorySize Size, short Data, short End)[] PacketContexts =
    [
        (3, MemorySize.Word, 76, 80), // BPF_PROG_TYPE_SCHED_CLS
        (6, MemorySize.Word, 0, 4), // XDP
        (10, MemorySize.Word, 76, 80), // LWT_IN
        (12, MemorySize.Word, 76, 80), // LWT_XMIT
        (13, MemorySize.Double, 192, 200), // SOCK_OPS
        (14, MemorySize.Word, 76, 80), // SK_SKB
        (16, MemorySize.Double, 0, 8), // SK_MSG
        (19, MemorySize.Word, 76, 80), // LWT_SEG6LOCAL
    ];

    private static readonly Lazy<string[]> Logs = new(() => [.. HelperTable.All.Select(helper => string.Concat(
        new[] { Verifier.SocketFilter, Verifier.Kprobe, Verifier.SchedCls, Verifier.Xdp }
            .Select(type => Verifier.Log([Call(helper.Id), Exit()], type, "Proprietary"))))]);

    private static IEnumerable<Helper> Present =>
        HelperTable.All.Where(helper => helper.Kernel <= KernelFacts.RunningVersion);

    [Fact]
    public void Table_lists_all_helpers_in_order() =>
        Assert.Equal(Enumerable.Range(1, 211), HelperTable.All.Select(helper => helper.Id));

    [Fact]
    public void Names_match_the_running_kernel() => Assert.All(
        Present,
        helper => Assert.Contains(
            Logs.Value[helper.Id - 1].Split('\n'),
            // Some kernels append the state of the registers.
            line => line.Split(';')[0].TrimEnd()
                .EndsWith($"call {helper.FullName}#{helper.Id}", StringComparison.Ordinal)));

    [Fact]
    public void Helpers_not_marked_GPL_work_in_proprietary_programs() => Assert.All(
        Present.Where(helper => !helper.IsGplOnly),
        helper => Assert.DoesNotContain("GPL-restricted", Logs.Value[helper.Id - 1]));

    [Theory]
    [InlineData("probe_read_kernel")]
    [InlineData("trace_printk")]
    [InlineData("perf_event_output")]
    [InlineData("get_current_task")]
    [InlineData("timer_init")]
    [InlineData("check_mtu")]
    public void GPL_helper_is_refused_in_proprietary_programs(string name)
    {
        var helper = HelperTable.Find(name)!;
        Assert.True(helper.IsGplOnly);
        Assert.SkipUnless(Present.Contains(helper), $"{helper.FullName} came with Linux {helper.Kernel}");
        Assert.Contains("GPL-restricted", Logs.Value[helper.Id - 1]);
    }

    [Fact]
    public void Later_helpers_have_later_kernel_versions() => Assert.Equal(
        HelperTable.All.Select(helper => helper.Kernel).Order(), HelperTable.All.Select(helper => helper.Kernel));

    [Theory]
    [InlineData("map_lookup_elem")]
    [InlineData("bpf_map_lookup_elem")]
    [InlineData("BPF_Map_Lookup_Elem")]
    public void Helper_is_found_in_any_spelling(string name) => Assert.Equal(1, HelperTable.Find(name)?.Id);

    [Fact]
    public void Unknown_helper_is_not_found()
    {
        Assert.Null(HelperTable.Find("bpf_map_lookup"));
        Assert.Null(HelperTable.Get(0));
        Assert.Null(HelperTable.Get(-1));
        Assert.Null(HelperTable.Get(HelperTable.All.Count + 1));
    }

    [Fact]
    public void Signature_gives_parameters_and_result()
    {
        var helper = HelperTable.Find("perf_event_output")!;
        Assert.Equal(HelperResult.Int64, helper.Result);
        Assert.Equal(
            [HelperParameterKind.Context, HelperParameterKind.Map, HelperParameterKind.Number, HelperParameterKind.Read,
                HelperParameterKind.Size],
            helper.Parameters.Select(parameter => parameter.Kind));
        Assert.Equal(HelperResult.PointerOrNull, HelperTable.Get(1)!.Result);
        Assert.True(HelperTable.Find("trace_printk")!.IsVariadic);
        Assert.False(helper.IsVariadic);
        Assert.Empty(HelperTable.Find("ktime_get_ns")!.Parameters);
    }

    [Fact]
    public void The_helpers_that_invalidate_packet_pointers_are_those_of_the_kernel() => Assert.Equal(
        InvalidatingHelpers,
        HelperTable.All.Where(helper => helper.Has(HelperTraits.InvalidatesPacketPointers))
            .Select(helper => helper.Name).Order());

    [Fact]
    public void The_running_kernel_invalidates_packet_pointers_after_the_same_helpers()
    {
        var checkedNames = new HashSet<string>();
        var testable = Present.Where(helper => helper.Parameters is [{ Kind: HelperParameterKind.Context }, ..]
            && !helper.Parameters.Any(parameter => parameter.Kind is HelperParameterKind.Map));
        Assert.Multiple([.. testable.Select(helper => (Action)(() =>
        {
            foreach (var context in PacketContexts)
            {
                if (InvalidatesPacketPointers(helper, context) is not { } invalidates) continue;
                checkedNames.Add(helper.Name);
                Assert.True(
                    helper.Has(HelperTraits.InvalidatesPacketPointers) == invalidates,
                    $"{helper} of type {context.Type}");
            }
        }))]);
        string[] always = ["clone_redirect", "skb_store_bytes", "skb_vlan_push", "xdp_adjust_head", "csum_update"];
        Assert.Superset(always.ToHashSet(), checkedNames);
    }

    [Fact]
    public void Signatures_are_those_of_the_kernels_header()
    {
        Assert.SkipUnless(File.Exists(Header), $"{Header} is not installed");
        Match[] signatures =
            [.. HeaderSignature().Matches(File.ReadAllText(Header)).DistinctBy(match => match.Groups["name"].Value)];
        Assert.InRange(signatures.Length, 160, HelperTable.All.Count);
        Assert.Multiple([.. signatures.Select(match => (Action)(() =>
        {
            var helper = HelperTable.Find(match.Groups["name"].Value);
            Assert.NotNull(helper);
            Assert.Equal(ResultOf(match.Groups["result"].Value, helper.Name), helper.Result);
            string[] declared = [.. match.Groups["parameters"].Value.Split(',', StringSplitOptions.TrimEntries)
                .Where(text => text != "void")];
            Assert.True(declared.Length == helper.Parameters.Count, match.Value);
            foreach (var (text, parameter) in declared.Zip(helper.Parameters))
            {
                Assert.True(Agrees(text, helper, parameter), $"{helper.Name}: '{text}' is {parameter}");
            }
        }))]);
    }

    [Fact]
    public void Each_named_number_is_that_of_the_helper()
    {
        var constants = typeof(HelperId).GetFields()
            .ToDictionary(field => field.Name, field => (int)field.GetRawConstantValue()!);
        Assert.All(constants, constant => Assert.StartsWith(
            constant.Key, HelperTable.Get(constant.Value)!.Name.Replace("_", "", StringComparison.Ordinal),
            StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void A_call_of_an_unknown_number_may_do_anything()
    {
        var unknown = HelperTable.OfCall(9999);
        Assert.True(unknown.WritesMemory && unknown.Has(HelperTraits.InvalidatesPacketPointers));
        Assert.False(unknown.Has(HelperTraits.NoEffect));
    }

    [Fact]
    public void No_helper_has_more_than_five_parameters() =>
        Assert.All(HelperTable.All, helper => Assert.InRange(helper.Parameters.Count, 0, 5));

    // Null where the kernel does not let programs of this type make this call.
    private static bool? InvalidatesPacketPointers(
        Helper helper, (int Type, MemorySize Size, short Data, short End) context)
    {
        Instruction[] program =
        [
            Move(Width.W64, Register.R6, Register.R1),
            .. Enumerable.Range(1, 8)
            .Select(slot => StoreImmediate(MemorySize.Double, Register.R10, (short)(-8 * slot), 0)),
            Load(context.Size, Register.R7, Register.R6, context.Data),
            Load(context.Size, Register.R8, Register.R6, context.End),
            Move(Width.W64, Register.R1, Register.R7),
            AluImmediate(AluOperation.Add, Width.W64, Register.R1, 1),
            Jump(JumpOperation.Gt, Width.W64, Register.R1, Register.R8, (short)(ArgumentSetup(helper).Length + 2)),
            .. ArgumentSetup(helper),
            Call(helper.Id),
            Load(MemorySize.Byte, Register.R0, Register.R7, 0),
            MoveImmediate(Width.W64, Register.R0, 0),
            Exit(),
        ];
        var (accepted, log) = Verifier.Load(program, context.Type);
        if (accepted) return false;
        return Regex.IsMatch(log, @"R7 invalid mem access '(scalar|inv)'") ? true : null;
    }

    private static Instruction[] ArgumentSetup(Helper helper) =>
    [
        .. helper.Parameters.SelectMany(
            (parameter, index) => ArgumentOf(parameter.Kind, (Register)((int)Register.R1 + index))),
    ];

    private static Instruction[] ArgumentOf(HelperParameterKind kind, Register register) => kind switch
    {
        HelperParameterKind.Context => [Move(Width.W64, register, Register.R6)],
        HelperParameterKind.Number => [MoveImmediate(Width.W64, register, 0)],
        HelperParameterKind.Size => [MoveImmediate(Width.W64, register, 16)],
        _ => [Move(Width.W64, register, Register.R10), AluImmediate(AluOperation.Add, Width.W64, register, -64)],
    };

    private static HelperResult ResultOf(string declared, string name) => declared.Trim() switch
    {
        "void" => HelperResult.Void,
        "int" => HelperResult.Int32,
        "u32" => HelperResult.UInt32,
        "long" when name == "task_pt_regs" => HelperResult.Pointer,
        "long" or "s64" => HelperResult.Int64,
        "u64" => HelperResult.UInt64,
        _ => name is "get_local_storage" or "get_current_task_btf" or "this_cpu_ptr"
            ? HelperResult.Pointer
            : HelperResult.PointerOrNull,
    };

    private static bool Agrees(string declared, Helper helper, HelperParameter parameter)
    {
        if (declared == "...") return parameter.Kind == HelperParameterKind.More;
        var isPointer = declared.Contains('*');
        return declared.Split(' ', '*')[^1] == parameter.Name && parameter.Kind switch
        {
            HelperParameterKind.Number or HelperParameterKind.Size => !isPointer,
            HelperParameterKind.Map => isPointer && parameter.Name is "map" or "prog_array_map" or "ringbuf",
            HelperParameterKind.Read => isPointer && (declared.StartsWith("const ", StringComparison.Ordinal)
                || ReadThoughNotConst.Contains($"{helper.Name}.{parameter.Name}")),
            HelperParameterKind.Write or HelperParameterKind.Update =>
                isPointer && !declared.StartsWith("const ", StringComparison.Ordinal),
            _ => isPointer,
        };
    }

    [GeneratedRegex(
        @"^ \* (?<result>[a-z][\w ]*[ *])bpf_(?<name>\w+)\((?<parameters>[^()]*)\)$", RegexOptions.Multiline)]
    private static partial Regex HeaderSignature();
}
