using System.Runtime.InteropServices;
using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
public sealed class KprobeAttachmentTests
{
    private static readonly string Prefix = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? "__arm64_" : "__x64_";
    private static readonly string Function = Prefix + "sys_getpgid";

    private static bool HasKprobes => Directory.Exists("/sys/bus/event_source/devices/kprobe");

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Probe_on_a_function_fires_until_detached(bool onReturn, bool withoutLinks)
    {
        Assert.SkipUnless(HasKprobes, "the kernel has no kprobes");
        using var program = Counting.Load(ProgramType.Kprobe);
        KprobeAttachment Attach() => KprobeAttachment.Attach(program, new(Function) { OnReturn = onReturn });
        using (var attachment = withoutLinks ? Counting.WithoutLinks(Attach) : Attach())
        {
            Assert.Equal(onReturn ? "Kretprobe" : "Kprobe", attachment.Kind);
            SystemCalls.Repeat(6, () => SystemCalls.GetProcessGroup(0));
        }

        SystemCalls.Repeat(6, () => SystemCalls.GetProcessGroup(0));
        Assert.Equal(6, program.Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pattern_attaches_to_all_matching_functions(bool known)
    {
        Assert.SkipUnless(HasKprobes, "the kernel has no kprobes");
        var pattern = Prefix + "sys_get[ps]*d";
        // Known when the program is loaded, it goes by one link where the kernel has that.
        using var program = Counting.Load(ProgramType.Kprobe, target: known ? pattern : null);
        using var attachment = KprobeAttachment.Attach(program, new(pattern));
        Assert.Contains(Function, attachment.Functions);
        Assert.Contains(Prefix + "sys_getsid", attachment.Functions);
        if (known && KprobeMulti.IsPresent) Assert.NotNull(attachment.LinkId);
        SystemCalls.Repeat(5, () => SystemCalls.GetProcessGroup(0));
        SystemCalls.Repeat(5, () => SystemCalls.GetSession(0));
        Assert.InRange(program.Count(), 10, long.MaxValue);
    }

    [Fact]
    public void Unknown_name_is_refused_with_similar_names()
    {
        Assert.SkipUnless(HasKprobes, "the kernel has no kprobes");
        using var program = Counting.Load(ProgramType.Kprobe);
        var refusal =
            Assert.Throws<UnknownNameException>(() => KprobeAttachment.Attach(program, new(Prefix + "sys_getpgit")));
        Assert.Contains(Function, refusal.Suggestions);
    }

    [Fact]
    public void Kernel_without_kprobes_is_reported()
    {
        Assert.SkipWhen(HasKprobes, "the kernel has kprobes");
        using var program = Counting.Load(ProgramType.Kprobe);
        var refusal = Assert.Throws<KernelException>(() => KprobeAttachment.Attach(program, new(Function)));
        Assert.Contains("no kprobes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pattern_without_matches_is_refused()
    {
        using var program = Counting.Load(ProgramType.Kprobe);
        Assert.Throws<UnknownNameException>(() => KprobeAttachment.Attach(program, new("no_such_function_*")));
    }
}
