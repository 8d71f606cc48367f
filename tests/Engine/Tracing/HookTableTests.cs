using EbpfCat.Btf;
using EbpfCat.Language;
using EbpfCat.Tracing;

namespace EbpfCat.Tests.Tracing;

public sealed class HookTableTests
{
    [Theory]
    [InlineData(ProgramType.Tracepoint, null, "sched/sched_switch")]
    [InlineData(ProgramType.RawTracepoint, null, "sched_switch")]
    [InlineData(ProgramType.Kprobe, null, "tcp_v4_connect")]
    [InlineData(ProgramType.Tracing, null, "tcp_v4_connect")]
    [InlineData(ProgramType.Tracing, ProgramHook.RawTracepoint, "sched_switch")]
    [InlineData(ProgramType.Tracing, ProgramHook.Iterator, "task_file")]
    public void Target_names_depend_on_program_type_and_hook(ProgramType type, ProgramHook? hook, string name)
    {
        Assert.SkipWhen(type == ProgramType.Tracing && BtfTypes.Kernel is null, "the kernel has no BTF");
        Assert.Contains(name, HookTable.Find(type, hook)!.TargetNames());
    }

    [Fact]
    public void Program_types_without_targets_list_none() =>
        Assert.Empty(HookTable.Find(ProgramType.Xdp)!.TargetNames());

    [Theory]
    [InlineData(ProgramType.Kprobe, "tcp_close", null, "Kprobe")]
    [InlineData(ProgramType.Kprobe, "libc:malloc", null, "Uprobe")]
    [InlineData(ProgramType.Kprobe, "tcp_close", ProbeKind.Kretprobe, "Kretprobe")]
    [InlineData(ProgramType.Tracing, "tcp_close", null, "Fentry")]
    [InlineData(ProgramType.CgroupDevice, null, null, "Cgroup")]
    public void Definition_finds_its_row(ProgramType type, string? target, ProbeKind? probe, string kind) =>
        Assert.Equal(kind, HookTable.Find(new ProgramDefinition("one", type) { Target = target, Probe = probe })?.Kind);

    [Fact]
    public void Rows_differ_in_type_hook_or_probe_and_one_at_most_is_the_default_of_a_type()
    {
        Assert.Distinct(HookTable.All.Select(row => (row.Type, row.Hook, row.Probe)));
        Assert.All(HookTable.All.Where(row => row.IsDefault).GroupBy(row => row.Type), rows => Assert.Single(rows));
        Assert.All(HookTable.All, row => Assert.NotNull(row.Since));
    }

    [Fact]
    public void Type_with_several_hooks_may_have_no_default() =>
        Assert.Null(HookTable.DefaultOf(ProgramType.CgroupSocketAddress));
}
