using EbpfCat.Attachments;
using EbpfCat.Bytecode;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Attachments;
using EbpfCat.Tests.Programs;
using EbpfCat.Tracing;

namespace EbpfCat.Tests.Kernel;

public sealed class LockdownTests
{
    private static readonly Instruction Zero = Instruction.MoveImmediate(Width.W64, Register.R0, 0);

    [Theory]
    [InlineData("[none] integrity confidentiality\n", LockdownMode.None)]
    [InlineData("none [integrity] confidentiality\n", LockdownMode.Integrity)]
    [InlineData("none integrity [confidentiality]\n", LockdownMode.Confidentiality)]
    [InlineData("", LockdownMode.None)]
    public void Lockdown_mode_is_the_one_in_brackets(string modes, LockdownMode mode) =>
        Assert.Equal(mode, Lockdown.Parse(modes));

    [Theory]
    [InlineData("probe_read_kernel", LockdownMode.Confidentiality)]
    [InlineData("probe_read_kernel_str", LockdownMode.Confidentiality)]
    [InlineData("probe_read", LockdownMode.Confidentiality)]
    [InlineData("probe_write_user", LockdownMode.Integrity)]
    public void Refused_helper_names_the_lockdown_mode_that_forbids_it(string helper, LockdownMode forbidding)
    {
        var said = new VerifierExplanation($"it calls the helper bpf_{helper}", null, "unknown func");
        foreach (var mode in Enum.GetValues<LockdownMode>())
        {
            var explained = LockedHelpers.Explain([Zero, Call(helper)], 1, said, mode);
            Assert.Equal(mode >= forbidding ? mode : LockdownMode.None, explained.Lockdown);
            Assert.Equal(
                mode >= forbidding, explained.Problem.Contains("kernel lockdown is in mode", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Refusal_with_another_cause_is_not_changed()
    {
        var said = new VerifierExplanation("it gives a helper a pointer that may be null", null, "type=inv");
        Assert.Same(said, LockedHelpers.Explain([Call("probe_read_kernel")], 0, said, LockdownMode.Confidentiality));
        var other = new VerifierExplanation("it calls the helper bpf_ktime_get_ns", null, "unknown func");
        Assert.Same(other, LockedHelpers.Explain([Call("ktime_get_ns")], 0, other, LockdownMode.Confidentiality));
    }

    [Theory]
    [InlineData("probe_read")]
    [InlineData("probe_read_str")]
    [InlineData("probe_read_kernel")]
    [InlineData("probe_read_kernel_str")]
    [InlineData("probe_write_user")]
    [Trait("Category", "Lockdown")]
    public void Locked_down_kernel_refuses_the_helper(string helper)
    {
        RequireLockdown();
        var code = Sample.Of(
            new ProgramDefinition("spy", ProgramType.RawTracepoint), [Zero, Call(helper), Zero, Instruction.Exit()]);
        var refusal = Assert.Throws<VerifierException>(() => ProgramLoader.Load(code));
        Assert.Equal((LockdownMode.Confidentiality, 1), (refusal.Lockdown, refusal.Slot));
        Assert.Contains($"it calls the helper bpf_{helper}, and kernel lockdown is in mode 'confidentiality'",
            refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Category", "Lockdown")]
    public void Locked_down_kernel_refuses_kprobes_and_tracepoints(bool avoidsLinks)
    {
        RequireLockdown();
        using var probe = Counting.Load(ProgramType.Kprobe);
        KprobeAttachment Probe() => KprobeAttachment.Attach(probe, new("tcp_v4_connect"));
        AssertLocked(Assert.Throws<KernelException>(() => avoidsLinks ? Counting.WithoutLinks(Probe) : Probe()));
        using var traced = Counting.Load(ProgramType.Tracepoint);
        AssertLocked(Assert.Throws<KernelException>(
            () => TracepointAttachment.Attach(traced, new("sched/sched_switch"))));
        AssertLocked(Assert.Throws<KernelException>(() => new TraceFs(TraceFs.Current.Path).Tracepoints));
    }

    [Fact]
    [Trait("Category", "Lockdown")]
    public void Missing_capabilities_are_reported_before_lockdown()
    {
        RequireLockdown();
        var refusal = DiagnosisTests.WithoutCapabilities(() => Programs.Load(BpfProgramType.Xdp, 2).Dispose());
        Assert.Equal([Capability.Bpf, Capability.NetAdmin], refusal.MissingCapabilities);
        Assert.Equal(LockdownMode.None, refusal.Lockdown);
    }

    private static void AssertLocked(KernelException refusal)
    {
        Assert.Equal(LockdownMode.Confidentiality, refusal.Lockdown);
        Assert.Contains("kernel lockdown is in mode 'confidentiality'", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(refusal.MissingCapabilities);
    }

    private static void RequireLockdown() => Assert.SkipUnless(
        Lockdown.Mode == LockdownMode.Confidentiality, "the kernel is not locked down");

    private static Instruction Call(string helper) => Instruction.Call(HelperTable.Find(helper)!.Id);
}
