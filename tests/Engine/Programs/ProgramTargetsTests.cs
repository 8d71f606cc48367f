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
    public void Target_names_depend_on_program_type_and_hook(ProgramType type, ProgramHook? hook, string name)
    {
        Assert.SkipWhen(type == ProgramType.Tracing && BtfTypes.Kernel is null, "the kernel has no BTF");
        Assert.Contains(name, ProgramTargets.Names(type, hook));
    }

    [Fact]
    public void Program_types_without_targets_list_none() => Assert.Empty(ProgramTargets.Names(ProgramType.Xdp));

    [Fact]
    public void Copy_for_a_target_leaves_the_original_definition_unchanged()
    {
        var definition =
            new ProgramDefinition("one", ProgramType.Tracing) { Hook = ProgramHook.Fentry, License = "MIT" };
        definition.AddVariable("n", ScalarType.UInt32);
        var copy = definition.WithTarget("tcp_close").WithHook(ProgramHook.Fexit);
        Assert.Equal(("tcp_close", ProgramHook.Fexit, "MIT"), (copy.Target, copy.Hook, copy.License));
        Assert.Equal(definition.Variables, copy.Variables);
        copy.AddVariable("m", ScalarType.UInt32);
        Assert.Equal((null, ProgramHook.Fentry, 1), (definition.Target, definition.Hook, definition.Variables.Count));
    }
}
