using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;
using EbpfCat.Types;
using static EbpfCat.Tests.Tracing.Watch;

namespace EbpfCat.Tests.Tracing;

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
    public void Fields_have_the_types_of_the_kernel(ProgramHook hook, string target, string path, string type)
    {
        var program = new ProgramDefinition("typed", ProgramType.Tracing) { Target = target, Hook = hook };
        var access = TracedEvents.For(program)!.Resolve(new EventFieldExpression(path.Split('.')));
        Assert.Equal(type, access.Type.Name);
    }

    [Fact]
    public void A_security_hook_has_its_arguments_and_the_decision_so_far()
    {
        var program = new ProgramDefinition("typed", ProgramType.Lsm) { Target = "socket_connect" };
        var traced = TracedEvents.For(program)!;
        Assert.Equal(SocketAddressType.Instance, traced.Resolve(new EventFieldExpression(["address"])).Type);
        Assert.Equal((ScalarType.Int32, 24), (traced.Return!.Type, traced.Return.RootOffset));
    }

    [Fact]
    public void An_iterator_program_is_accepted_with_pointers_that_may_be_null()
    {
        var program = Define(ProgramType.Tracing, "task",
            [("Id", Field("task.tgid")), ("Name", Field("task.comm")), ("Parent", Field("task.real_parent.tgid")), ("Code", Field("task.mm.start_code"))],
            Field("task") != 0);
        program.Hook = ProgramHook.Iterator;
        using var loaded = EbpfProgram.Load(program);
    }

    [Fact]
    public void A_function_or_tracepoint_that_is_not_there_is_refused_with_the_nearest()
    {
        var program = new ProgramDefinition("typed", ProgramType.Tracing) { Target = "tcp_conect" };
        Assert.Contains("tcp_connect", Assert.Throws<UnknownNameException>(() => TracedEvents.For(program)).Suggestions);
        program = new ProgramDefinition("typed", ProgramType.Tracing) { Target = "sched_swich", Hook = ProgramHook.RawTracepoint };
        Assert.Contains("sched_switch", Assert.Throws<UnknownNameException>(() => TracedEvents.For(program)).Suggestions);
    }
}
