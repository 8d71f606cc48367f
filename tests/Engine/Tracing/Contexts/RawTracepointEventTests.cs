using EbpfCat.Attachments;
using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Tests.Tracing.Watch;

namespace EbpfCat.Tests.Tracing;

[Trait("Category", "Hooks")]
public sealed class RawTracepointEventTests
{
    [Fact]
    public void Arguments_are_numbers_or_have_the_kernel_s_names_and_types()
    {
        var number = EbpfCat.Tracing.Syscalls.Current["getpid"].Number!.Value;
        var program = Define(ProgramType.RawTracepoint, "sys_enter",
            [("Number", Field("id")), ("Second", Field("arg1")), ("Register", Field("regs.orig_ax"))],
            (This == Environment.ProcessId).And(Field("arg1") == number));

        var record =
            Run(program, loaded => RawTracepointAttachment.Attach(loaded, new("sys_enter")),
                () => _ = LibC.GetProcessId());

        Assert.Equal([(long)number, (ulong)number, (ulong)number], record.Values);
    }

    [Fact]
    public void Typed_pointers_are_followed_without_a_helper()
    {
        var program = Define(ProgramType.Tracing, "sched_process_fork",
        [
            ("Parent", Field("parent.tgid")), ("Child", Field("child.pid")),
            ("Grandparent", Field("child.real_parent.real_parent.tgid")),
            ("Name", Field("child.comm")), ("Start", Field("child.mm.start_code")),
            ("Executes", Field("child.in_execve")),
        ]);
        program.Hook = ProgramHook.RawTracepoint;
        var thread = new Thread(() => { });

        var record = Run(program, loaded => RawTracepointAttachment.Attach(loaded, new("sched_process_fork")), () =>
        {
            thread.Start();
            thread.Join();
        });

        Assert.Equal(Environment.ProcessId, record["Parent"]);
        Assert.NotEqual(Environment.ProcessId, record["Child"]);
        Assert.NotEqual(0, record["Grandparent"]);
        Assert.NotEqual("", record["Name"]);
        Assert.NotEqual(0ul, record["Start"]);
        Assert.Equal(0u, record["Executes"]);
    }

    [Fact]
    public void Large_value_is_refused_and_its_fields_are_suggested()
    {
        var program = Define(ProgramType.Tracing, "sched_process_fork", [("Signals", Field("child.signal.0"))]);
        program.Hook = ProgramHook.RawTracepoint;
        Assert.Equal("NotAvailable", Refusal(program).Id);
        program = Define(ProgramType.Tracing, "sched_process_fork", [("Name", Field("chld"))]);
        program.Hook = ProgramHook.RawTracepoint;
        Assert.Contains("child", Refusal(program).Message, StringComparison.Ordinal);
        program = Define(ProgramType.Tracing, "sched_process_fork", [("Name", Field("child.com"))]);
        program.Hook = ProgramHook.RawTracepoint;
        Assert.Contains("comm", Refusal(program).Message, StringComparison.Ordinal);
    }
}
