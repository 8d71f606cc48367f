using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Tests.Kernel;

namespace EbpfCat.Tests.Attachments;

[Collection(Starting.Processes)]
public sealed class KernelAttachmentTests
{
    [Fact]
    public void Raw_tracepoint_is_listed_with_target_and_holding_processes()
    {
        using var program = Counting.Load(ProgramType.RawTracepoint);
        using var attachment = RawTracepointAttachment.Attach(program, new("sched_switch"));
        var found = Find(attachment);
        Assert.Equal(("RawTracepoint", "sched_switch", "counting"), (found.Kind, found.Target, found.ProgramName));
        Assert.Equal([Environment.ProcessId], found.ProcessIds);
        using var opened = found.OpenProgram();
        Assert.Equal(program.Id, opened.Id);
        var refusal = Assert.Throws<KernelException>(found.Detach);
        Assert.Contains($"process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
        Assert.True(attachment.IsAttached);
    }

    [Fact]
    public void Tracepoint_is_listed_as_a_tracepoint()
    {
        Assert.SkipUnless(Counting.Has(BpfAttachType.PerfEvent), "perf events have links since Linux 5.15");
        using var program = Counting.Load(ProgramType.Tracepoint);
        using var attachment = TracepointAttachment.Attach(program, new("sched/sched_switch"));
        var found = Find(attachment);
        Assert.Equal("Tracepoint", found.Kind);
        // The kernel reports its name, without the category, since Linux 6.6.
        if (KernelFacts.RunningVersion >= new Version(6, 6)) Assert.Equal("sched_switch", found.Target);
    }

    [Fact]
    public void Cgroup_attachment_is_listed_by_directory_and_detached_for_every_holder()
    {
        using var group = new TemporaryControlGroup();
        Assert.Contains(group.Name, ControlGroups.Names);
        using var program = Counting.Load(ProgramType.CgroupSkb, verdict: "Pass");
        using var attachment = CgroupAttachment.Attach(program, new(group.Name));
        var found = Find(attachment);
        Assert.Equal(("Cgroup", group.Path), (found.Kind, found.Target));
        if (KernelFacts.RunningVersion < new Version(5, 9)) return;
        found.Detach();
        Assert.DoesNotContain(KernelAttachment.All(), one => one.Target == group.Path);
    }

    [Fact]
    public void Interface_is_listed_by_name()
    {
        Assert.SkipUnless(Counting.Has(BpfAttachType.TcxIngress), "tc has links since Linux 6.6");
        using var pair = new VethPair();
        using var program = Counting.Load(ProgramType.Tc, verdict: "Pass");
        pair.NearNamespace.Run(() =>
        {
            using var attachment = TcAttachment.Attach(program, new(VethPair.Near, TcDirection.Egress));
            var found = Find(attachment);
            Assert.Equal(("Tc", $"{VethPair.Near} Egress"), (found.Kind, found.Target));
        });
    }

    private static KernelAttachment Find(Attachment attachment) =>
        Assert.Single(KernelAttachment.All(), one => one.LinkId == attachment.LinkId);
}
