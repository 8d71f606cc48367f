using EbpfCat.Attachments;
using EbpfCat.Btf;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
public sealed class RawTracepointAttachmentTests
{
    [Fact]
    public void Raw_tracepoint_runs_its_program_until_detached()
    {
        using var program = Counting.Load(ProgramType.RawTracepoint);
        var attachment = RawTracepointAttachment.Attach(program, new("sys_enter"));
        SystemCalls.Repeat(50, () => SystemCalls.GetProcessGroup(0));
        attachment.Dispose();
        var count = program.Count();
        Assert.InRange(count, 50, long.MaxValue);
        SystemCalls.Repeat(50, () => SystemCalls.GetProcessGroup(0));
        Assert.Equal(count, program.Count());
    }

    // On Linux 6.1 the kernel leaves what was on the stack behind the end of a name.
    [Fact]
    public void Process_name_is_one_key_whatever_was_on_the_stack()
    {
        var definition = new ProgramDefinition("names", ProgramType.RawTracepoint);
        var names = definition.AddMap("names", MapType.Hash, new StringType(16), ScalarType.UInt64, 1024);
        var copies = definition.AddMap("copies", MapType.Hash, new StringType(16), ScalarType.UInt64, 1024);
        var name = CodeBuilder.Local("name");
        definition.AddCode(code => code.If(Counting.OwnThread, then => then
            .Increment(names[Current.ProcessName])
            .Assign(name, Current.ProcessName)
            .Increment(copies[name])));
        using var program = EbpfProgram.Load(definition);
        using (RawTracepointAttachment.Attach(program, new("sys_enter")))
            for (var i = 0; i < 50; i++) SystemCalls.Repeat(i, () => SystemCalls.GetProcessGroup(0));

        Assert.Single(program.Maps["names"].Entries());
        Assert.Single(program.Maps["copies"].Entries());
    }

    [Fact]
    public void Typed_raw_tracepoint_takes_its_target_from_the_program()
    {
        Assert.SkipWhen(BtfTypes.Kernel is null, "the kernel has no BTF");
        using var program = Counting.Load(ProgramType.Tracing, target: "sys_enter", hook: ProgramHook.RawTracepoint);
        using var attachment = RawTracepointAttachment.Attach(program);
        Assert.Equal("sys_enter", attachment.Target);
        SystemCalls.Repeat(50, () => SystemCalls.GetProcessGroup(0));
        Assert.InRange(program.Count(), 50, long.MaxValue);
    }

    [Fact]
    public void Typed_raw_tracepoint_refuses_another_target()
    {
        Assert.SkipWhen(BtfTypes.Kernel is null, "the kernel has no BTF");
        using var program = Counting.Load(ProgramType.Tracing, target: "sys_enter", hook: ProgramHook.RawTracepoint);
        Assert.Throws<KernelException>(() => RawTracepointAttachment.Attach(program, new("sys_exit")));
    }

    [Fact]
    public void Unknown_name_is_refused_with_similar_names()
    {
        using var program = Counting.Load(ProgramType.RawTracepoint);
        var refusal = Assert.Throws<UnknownNameException>(
            () => RawTracepointAttachment.Attach(program, new("sched_swich")));
        Assert.Contains("sched_switch", refusal.Suggestions);
    }

    [Fact]
    public void Load_refuses_an_unknown_target()
    {
        Assert.SkipWhen(BtfTypes.Kernel is null, "the kernel has no BTF");
        var refusal = Assert.Throws<UnknownNameException>(
            () => Counting.Load(ProgramType.Tracing, target: "sched_swich", hook: ProgramHook.RawTracepoint));
        Assert.Contains("sched_switch", refusal.Suggestions);
    }
}
