using System.Runtime.InteropServices;
using EbpfCat.Attachments;
using EbpfCat.Btf;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Tracing;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
public sealed class FentryAttachmentTests
{
    private static readonly string Function =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "__arm64_sys_getpgid" : "__x64_sys_getpgid";

    [Theory]
    [InlineData(ProgramHook.Fentry)]
    [InlineData(ProgramHook.Fexit)]
    public void Function_runs_its_program_until_detached_or_attach_reports_why_not(ProgramHook hook)
    {
        Assert.SkipWhen(BtfTypes.Kernel is null, "the kernel has no BTF");
        using var program = Counting.LoadOrSkip(Counting.Define(ProgramType.Tracing, target: Function, hook: hook));
        if (!CanBeTraced)
        {
            var refusal = Assert.Throws<KernelException>(() => FentryAttachment.Attach(program));
            Assert.Contains("cannot call programs from this function", refusal.Message, StringComparison.Ordinal);
            return;
        }

        using (var attachment = FentryAttachment.Attach(program))
        {
            Assert.Equal((hook.ToString(), Function), (attachment.Kind, attachment.Target));
            SystemCalls.Repeat(8, () => SystemCalls.GetProcessGroup(0));
        }

        SystemCalls.Repeat(8, () => SystemCalls.GetProcessGroup(0));
        Assert.Equal(8, program.Count());
    }

    [Fact]
    public void Load_refuses_an_unknown_function_with_similar_names()
    {
        Assert.SkipWhen(BtfTypes.Kernel is null, "the kernel has no BTF");
        var refusal = Assert.Throws<UnknownNameException>(() =>
            Counting.Load(ProgramType.Tracing, target: Function.Replace("pgid", "pgit", StringComparison.Ordinal)));
        Assert.Contains(Function, refusal.Suggestions);
    }

    [Fact]
    public void Load_refuses_a_program_without_target() =>
        Assert.Contains(
            "names no kernel function",
            Assert.Throws<KernelException>(() => Counting.Load(ProgramType.Tracing)).Message,
            StringComparison.Ordinal);

    // Trampolines are put in by ftrace where a function is built for it: this kernel lists those that are.
    private static bool CanBeTraced => KernelSymbols.Current.Find("register_ftrace_direct") is not null
        && TraceableFunctions.Current is { IsExact: true } functions && functions.Contains(Function);
}
