using System.Runtime.InteropServices;
using EbpfCat.Attachments;
using EbpfCat.Btf;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
public sealed class LsmAttachmentTests
{
    private const string Hook = "task_getpgid";

    private static bool HasHooks => BtfTypes.Kernel?.FindFunction("bpf_lsm_" + Hook) is not null;

    [Fact]
    public void Lsm_program_denies_access_until_detached_or_reports_that_it_cannot_run()
    {
        Assert.SkipUnless(HasHooks, "the kernel has no BPF security module (CONFIG_BPF_LSM)");
        var definition = new ProgramDefinition("guard", ProgramType.Lsm) { Target = Hook };
        var count = definition.AddVariable("count", ScalarType.UInt64);
        definition.AddCode(code => code.If(
            Counting.OwnProcess, then => then.Increment(count).Return("Deny"), otherwise => otherwise.Return("Allow")));
        using var program = Counting.LoadOrSkip(definition);
        if (SecurityModules.Active is { } active && !active.Contains("bpf"))
        {
            var refusal = Assert.Throws<KernelException>(() => LsmAttachment.Attach(program));
            Assert.Contains("bpf is not among the active security modules", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("lsm=", refusal.Message, StringComparison.Ordinal);
            return;
        }

        Assert.SkipWhen(SecurityModules.Active is null, "it cannot be found out whether the hooks run");
        // The hook is not called for process id 0, the calling process.
        using (var attachment = LsmAttachment.Attach(program))
        {
            Assert.Equal(-1, SystemCalls.GetProcessGroup(Environment.ProcessId));
            Assert.Equal((int)Errno.EPERM, Marshal.GetLastPInvokeError());
        }

        Assert.NotEqual(-1, SystemCalls.GetProcessGroup(Environment.ProcessId));
        Assert.Equal(1, program.Count());
    }

    [Fact]
    public void Load_refuses_an_unknown_hook_with_similar_names()
    {
        Assert.SkipUnless(HasHooks, "the kernel has no BPF security module (CONFIG_BPF_LSM)");
        var refusal = Assert.Throws<UnknownNameException>(() => Counting.Load(ProgramType.Lsm, target: "task_getpgit"));
        Assert.Contains(Hook, refusal.Suggestions);
    }
}
