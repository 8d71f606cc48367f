using EbpfCat.Btf;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Programs;

public sealed class ProgramTargetsTests
{
    [Theory]
    [InlineData(ProgramType.Tracepoint, null, "sched/sched_switch")]
    [InlineData(ProgramType.RawTracepoint, null, "sched_switch")]
    [InlineData(ProgramType.Kprobe, null, "tcp_v4_connect")]
    [InlineData(ProgramType.Tracing, null, "tcp_v4_connect")]
    [InlineData(ProgramType.Tracing, ProgramHook.RawTracepoint, "sched_switch")]
    [InlineData(ProgramType.Tracing, ProgramHook.Iterator, "task_file")]
    public void Names_of_targets_are_those_of_the_type_and_hook(ProgramType type, ProgramHook? hook, string name)
    {
        Assert.SkipWhen(type == ProgramType.Tracing && BtfTypes.Kernel is null, "the kernel has no BTF");
        Assert.Contains(name, ProgramTargets.Names(type, hook));
    }

    [Fact]
    public void Where_no_target_is_named_there_are_none() => Assert.Empty(ProgramTargets.Names(ProgramType.Xdp));

    [Fact]
    public void A_definition_for_a_place_says_what_it_did_not_say_and_leaves_the_first_as_it_was()
    {
        var definition = new ProgramDefinition("one", ProgramType.Tracing) { Hook = ProgramHook.Fexit, License = "MIT" };
        definition.AddVariable("n", ScalarType.UInt32);
        var placed = definition.At("tcp_close", ProgramHook.Fentry);
        Assert.Equal(("tcp_close", ProgramHook.Fexit, "MIT"), (placed.Target, placed.Hook, placed.License));
        Assert.Equal(definition.Variables, placed.Variables);
        placed.AddVariable("m", ScalarType.UInt32);
        Assert.Equal((null, 1), (definition.Target, definition.Variables.Count));
        Assert.Same(placed, placed.At("other"));
    }
}
