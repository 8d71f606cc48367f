using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
public sealed class AttachOptionsTests
{
    private const string Tracepoint = "syscalls/sys_enter_getsid";

    [Fact]
    public void Target_of_the_definition_is_enough()
    {
        using var program = Counting.Load(ProgramType.Tracepoint, target: Tracepoint);
        using var attachment = TracepointAttachment.Attach(program);
        Assert.Equal(Tracepoint, attachment.Target);
        SystemCalls.Repeat(3, () => SystemCalls.GetSession(0));
        Assert.Equal(3, program.Count());
    }

    [Fact]
    public void Definition_is_compiled_loaded_and_attached_in_one_step()
    {
        var definition = Counting.Define(ProgramType.Tracepoint);
        var attachment = new TracepointAttachOptions(Tracepoint).Attach(definition);
        SystemCalls.Repeat(3, () => SystemCalls.GetSession(0));
        Assert.Equal(3, attachment.Program.Count());
        Assert.Null(definition.Target);
        attachment.Dispose();
        Assert.True(attachment.Program.Handle.IsClosed);
    }

    [Fact]
    public void Missing_target_is_refused()
    {
        using var program = Counting.Load(ProgramType.Tracepoint);
        var refusal = Assert.Throws<KernelException>(() => TracepointAttachment.Attach(program));
        Assert.Contains("no target is named", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp_close", 0)]
    [InlineData("tcp_close+16", 16)]
    [InlineData("tcp_close+0x1c", 28)]
    public void Kprobe_takes_function_and_offset_from_the_target(string target, int offset)
    {
        var definition = new ProgramDefinition("probe", ProgramType.Kprobe) { Target = target };
        var options = new KprobeAttachOptions().For(definition);
        Assert.Equal(("tcp_close", (ulong)offset), (options.Function, options.Offset));
    }

    [Theory]
    [InlineData("libc:malloc", "malloc", 0)]
    [InlineData("libc:malloc+0x4", "malloc", 4)]
    [InlineData("libc:0x1234", null, 0x1234)]
    public void Uprobe_takes_file_and_function_from_the_target(string target, string? function, int offset)
    {
        var definition = new ProgramDefinition("probe", ProgramType.Kprobe)
        {
            Target = target,
            Probe = ProbeKind.Uretprobe,
        };
        var options = new UprobeAttachOptions().For(definition);
        Assert.Equal(
            ("libc", function, (ulong)offset, true),
            (options.File, options.Function, options.Offset, options.OnReturn));
    }

    [Fact]
    public void Program_of_another_type_is_refused()
    {
        using var program = Counting.Load(ProgramType.Tracepoint);
        var refusal = Assert.Throws<KernelException>(() => KprobeAttachment.Attach(program, new("tcp_close")));
        Assert.Equal(("WrongProgramType", "Kprobe"), (refusal.Id, Assert.Single(refusal.Arguments)));
    }

    [Theory]
    [InlineData(ProgramHook.Fexit, null, "WrongHook")]
    [InlineData(null, "tcp_close", "WrongTarget")]
    public void Definition_for_another_hook_or_target_is_refused(ProgramHook? hook, string? target, string id)
    {
        var definition = new ProgramDefinition("other", ProgramType.Tracing) { Hook = hook, Target = target };
        var options = new FentryAttachOptions("tcp_v4_connect") { Hook = ProgramHook.Fentry };
        Assert.Equal(id, Assert.Throws<KernelException>(() => options.Complete(definition)).Id);
    }
}
