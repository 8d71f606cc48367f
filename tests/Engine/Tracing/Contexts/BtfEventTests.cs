using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;
using EbpfCat.Types;
using static EbpfCat.Tests.Tracing.Watch;

namespace EbpfCat.Tests.Tracing;

[Trait("Category", "Hooks")]
public sealed class BtfEventTests
{
    [Theory]
    [InlineData(ProgramHook.Fentry, "tcp_connect", "sk.__sk_common.skc_dport", "uint16 (big-endian)")]
    [InlineData(ProgramHook.Fentry, "tcp_connect", "sk.__sk_common.skc_daddr", "ipv4")]
    [InlineData(ProgramHook.Fentry, "tcp_connect", "sk.__sk_common.skc_v6_daddr", "ipv6")]
    [InlineData(ProgramHook.Fentry, "tcp_connect", "sk.sk_protocol", "uint16")]
    [InlineData(ProgramHook.Fentry, "vfs_read", "file.f_path.dentry.d_name.name", "string[256]")]
    [InlineData(ProgramHook.Fentry, "vfs_read", "count", "uint64")]
    [InlineData(ProgramHook.Fexit, "vfs_read", "$return", "int64")]
    [InlineData(ProgramHook.Fexit, "tcp_connect", "$return", "int32")]
    [InlineData(ProgramHook.RawTracepoint, "sched_switch", "preempt", "bool")]
    [InlineData(ProgramHook.RawTracepoint, "sched_switch", "prev.cpus_ptr.bits.0", "uint64")]
    [InlineData(ProgramHook.RawTracepoint, "sched_switch", "prev.group_leader.signal.rlim.3.rlim_cur", "uint64")]
    [InlineData(ProgramHook.Iterator, "task", "task.comm", "string[16]")]
    public void Fields_have_the_kernel_s_types(ProgramHook hook, string target, string path, string type)
    {
        var program = new ProgramDefinition("typed", ProgramType.Tracing) { Target = target, Hook = hook };
        var access = TracedEvents.For(program)!.Resolve(new EventFieldExpression(path.Split('.')));
        Assert.Equal(type, access.Type.Name);
    }

    [Fact]
    public void Security_hook_has_its_arguments_and_the_previous_result()
    {
        var program = new ProgramDefinition("typed", ProgramType.Lsm) { Target = "socket_connect" };
        var traced = TracedEvents.For(program)!;
        Assert.Equal(SocketAddressType.Instance, traced.Resolve(new EventFieldExpression(["address"])).Type);
        Assert.Equal((ScalarType.Int32, 24), (traced.Return!.Type, traced.Return.RootOffset));
    }

    [Fact]
    public void Iterator_program_with_nullable_pointers_is_accepted()
    {
        var program = Define(ProgramType.Tracing, "task",
            [("Id", Field("task.tgid")), ("Name", Field("task.comm")), ("Parent", Field("task.real_parent.tgid")),
                ("Code", Field("task.mm.start_code"))],
            Field("task") != 0);
        program.Hook = ProgramHook.Iterator;
        using var loaded = EbpfProgram.Load(program);
    }

    // Programs that cannot be attached everywhere can still be verified everywhere.
    [Theory]
    [InlineData(ProgramType.Tracing, ProgramHook.Fentry, "tcp_connect",
        "sk.__sk_common.skc_dport sk.__sk_common.skc_daddr sk.sk_protocol sk.sk_kern_sock sk")]
    [InlineData(ProgramType.Tracing, ProgramHook.Fentry, "tcp_connect",
        "sk.__sk_common.skc_v6_daddr sk.sk_socket.file.f_path.dentry.d_name.name")]
    [InlineData(ProgramType.Tracing, ProgramHook.Fexit, "vfs_read",
        "$return count file.f_inode.i_ino file.f_inode.i_sb.s_id buf")]
    [InlineData(ProgramType.Tracing, ProgramHook.Fexit, "alloc_empty_file", "$return.f_inode.i_ino flags cred.uid.val")]
    [InlineData(ProgramType.Lsm, ProgramHook.Lsm, "socket_connect",
        "address sock.sk.__sk_common.skc_family sock.state addrlen $return")]
    [InlineData(ProgramType.Lsm, ProgramHook.Lsm, "file_open",
        "file.f_path.dentry.d_name.name file.f_cred.uid.val file.f_mode")]
    [InlineData(ProgramType.Tracing, ProgramHook.RawTracepoint, "sched_switch",
        "preempt prev.comm next.pid prev.prio prev.mm.exe_file.f_inode.i_ino")]
    [InlineData(ProgramType.Tracing, ProgramHook.RawTracepoint, "block_rq_issue",
        "rq.__data_len rq.q.queue_depth rq.bio.bi_iter.bi_sector")]
    [InlineData(ProgramType.Tracing, ProgramHook.RawTracepoint, "tcp_probe",
        "sk.__sk_common.skc_num skb.len skb.sk.sk_protocol skb.dev.name skb.pkt_type")]
    public void Verifier_accepts_field_accesses(ProgramType type, ProgramHook hook, string target, string paths)
    {
        var program =
            Define(type, target, [.. paths.Split(' ').Select((path, index) => ($"Field{index}", Field(path)))]);
        program.Hook = hook;
        try
        {
            using var loaded = EbpfProgram.Load(program);
        }
        catch (KernelException refusal) when (refusal is not VerifierException)
        {
            Assert.Skip(refusal.Message);
        }
        catch (VerifierException refusal)
        {
            Assert.Fail(refusal.Log);
        }
    }

    [Fact]
    public void Unknown_function_or_tracepoint_is_refused_with_similar_names()
    {
        var program = new ProgramDefinition("typed", ProgramType.Tracing) { Target = "tcp_conect" };
        Assert.Contains(
            "tcp_connect", Assert.Throws<UnknownNameException>(() => TracedEvents.For(program)).Suggestions);
        program = new ProgramDefinition("typed", ProgramType.Tracing)
        {
            Target = "sched_swich",
            Hook = ProgramHook.RawTracepoint,
        };
        Assert.Contains(
            "sched_switch", Assert.Throws<UnknownNameException>(() => TracedEvents.For(program)).Suggestions);
    }
}
