using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Kernel;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
public sealed class TcAttachmentTests
{
    [Theory]
    [InlineData(TcDirection.Ingress, false)]
    [InlineData(TcDirection.Egress, false)]
    [InlineData(TcDirection.Ingress, true)]
    [InlineData(TcDirection.Egress, true)]
    public void Program_drops_packets_until_detached(TcDirection direction, bool withoutLinks)
    {
        using var network = Packets.Connected();
        using var program = Counting.Load(ProgramType.Tc, everywhere: true, verdict: "Drop");
        using (var attachment = Attach(network, program, direction, withoutLinks))
        {
            Assert.Equal($"{attachment.InterfaceName} {direction}", attachment.Target);
            Assert.Equal(withoutLinks || !Counting.Has(BpfAttachType.TcxIngress), attachment.OutlivesProcess);
            Assert.False(Packets.Arrives(network, 1, 2, 3));
            Assert.True(Counting.Eventually(() => program.Count() > 0));
        }

        // The neighbour entry may have expired.
        Assert.True(Counting.Eventually(() => Packets.Arrives(network, 1, 2, 3)));
    }

    [Fact]
    public void Detach_without_links_leaves_nothing_on_the_interface()
    {
        using var network = Packets.Connected();
        using var program = Counting.Load(ProgramType.Tc, verdict: "Pass");
        var first = AttachNear(network, program, TcDirection.Ingress);
        var second = AttachNear(network, program, TcDirection.Egress);
        Assert.Equal(program.Id, Assert.Single(Filters(network, egress: false)).ProgramId);
        first.Dispose();
        Assert.Empty(Filters(network, egress: false));
        // The queueing discipline stays as long as another filter is on it.
        Assert.Equal(program.Id, Assert.Single(Filters(network, egress: true)).ProgramId);
        second.Dispose();
        Assert.Empty(Filters(network, egress: true));
    }

    [Fact]
    public void Queueing_discipline_is_removed_with_its_last_filter()
    {
        using var network = Packets.Connected();
        using var program = Counting.Load(ProgramType.Tc, verdict: "Pass");
        Attach(network, program, TcDirection.Ingress, withoutLinks: true).Dispose();
        network.NearNamespace.Run(() =>
        {
            using var netlink = new Netlink();
            Assert.True(netlink.AddClsact(network.NearIndex));
            Assert.False(netlink.AddClsact(network.NearIndex));
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pinned_attachment_outlives_its_owner_and_is_detached_by_name(bool withoutLinks)
    {
        using var network = Packets.Connected();
        var name = $"test-{Guid.NewGuid():n}";
        using (var program = Counting.Load(ProgramType.Tc, everywhere: true, verdict: "Drop"))
            Attach(network, program, TcDirection.Ingress, withoutLinks, name).Dispose();
        Assert.False(Packets.Arrives(network, 1));
        network.NearNamespace.Run(() =>
        {
            var opened = PinnedAttachment.Open(name);
            Assert.Equal(("Tc", $"{VethPair.Near} Ingress"), (opened.Kind, opened.Target));
            Assert.InRange(opened.Program.Count(), 1, long.MaxValue);
            opened.Detach();
        });
        Assert.True(Counting.Eventually(() => Packets.Arrives(network, 1)));
        Assert.DoesNotContain(name, PinDirectory.Names);
    }

    [Fact]
    public void Unknown_interface_lists_the_existing_ones()
    {
        using var network = Packets.Connected();
        using var program = Counting.Load(ProgramType.Tc, verdict: "Pass");
        var refusal = Assert.Throws<KernelException>(
            () => network.NearNamespace.Run(() => TcAttachment.Attach(program, new("near1", TcDirection.Ingress))));
        Assert.Contains($"Did you mean {VethPair.Near}?", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Program_without_verdict_lets_the_next_decide(bool withoutLinks)
    {
        using var network = Packets.Connected();
        using var guard = Counting.Load(ProgramType.Tc, verdict: "Drop");
        using var counter = Counting.Load(ProgramType.Tc);
        // Links run in the order they were attached, filters in the opposite order.
        var areFilters = withoutLinks || !Counting.Has(BpfAttachType.TcxIngress);
        using var first = Attach(network, areFilters ? guard : counter, TcDirection.Ingress, withoutLinks);
        using var second = Attach(network, areFilters ? counter : guard, TcDirection.Ingress, withoutLinks);
        Assert.False(Packets.Arrives(network, 1));
        Assert.True(Counting.Eventually(() => counter.Count() > 0 && guard.Count() > 0));
    }

    [Fact]
    public void Program_runs_before_or_after_the_neighbor_named()
    {
        Assert.SkipUnless(Counting.Has(BpfAttachType.TcxIngress), "the kernel has no tcx");
        using var network = Packets.Connected();
        const string name = "a_name_of_more_than_15";
        using var program = Counting.Load(ProgramType.Tc);
        LoadedProgram[] programs = [.. new[] { name, "b", "c", "d", "e" }.Select(Load)];
        using var first = AttachTo(new(VethPair.Near), programs[0]);
        using var last = AttachTo(new(VethPair.Near) { After = TcNeighbor.Of(first) }, programs[1]);
        using var middle = AttachTo(new(VethPair.Near) { Before = TcNeighbor.Program(programs[1].Id) }, programs[2]);
        using var front = AttachTo(new(VethPair.Near) { Before = TcNeighbor.Named(name) }, programs[3]);
        using var behind = AttachTo(new(VethPair.Near) { After = TcNeighbor.Link(middle.LinkId!.Value) }, programs[4]);
        Assert.Equal(
            [front, first, middle, behind, last],
            network.NearNamespace.Run(() => Bpf.QueryTcx(network.NearIndex, BpfAttachType.TcxIngress))
                .Select(one => Attachment.All.Single(attachment => attachment.LinkId == one.LinkId)));

        var refusal = Assert.Throws<KernelException>(
            () => AttachTo(new(VethPair.Near, TcDirection.Egress) { After = TcNeighbor.Named("absent") }, program));
        Assert.Contains("No program is", refusal.Message, StringComparison.Ordinal);
        refusal = Assert.Throws<KernelException>(
            () => AttachTo(new(VethPair.Near) { After = TcNeighbor.Program(1) }, program));
        Assert.Contains($"'{name}' (id", refusal.Message, StringComparison.Ordinal);
        Array.ForEach(programs, one => one.Dispose());

        static LoadedProgram Load(string name) => EbpfProgram.Load(new ProgramDefinition(name, ProgramType.Tc));

        TcAttachment AttachTo(TcAttachOptions options, LoadedProgram program) =>
            network.NearNamespace.Run(() => TcAttachment.Attach(program, options));
    }

    [Fact]
    public void Loaded_program_is_attached_by_link_once()
    {
        Assert.SkipUnless(Counting.Has(BpfAttachType.TcxIngress), "the kernel has no tcx");
        using var network = Packets.Connected();
        using var program = Counting.Load(ProgramType.Tc);
        using var first = Attach(network, program, TcDirection.Ingress, withoutLinks: false);
        var refusal = Assert.Throws<KernelException>(
            () => Attach(network, program, TcDirection.Ingress, withoutLinks: false));
        Assert.Equal(Errno.EEXIST, refusal.Errno);
        Assert.Contains("has this program already", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Load it a second time", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Filters_run_in_the_order_of_their_priorities()
    {
        using var network = Packets.Connected();
        using var guard = Counting.Load(ProgramType.Tc, verdict: "Drop");
        using var counter = Counting.Load(ProgramType.Tc);
        using var first = AttachTo(guard, new(VethPair.Near) { Priority = 10 });
        using var second = AttachTo(counter, new(VethPair.Near) { Priority = 20 });
        Assert.Equal((10, 20), (first.Priority, second.Priority));
        Assert.Null(first.LinkId);
        Assert.False(Packets.Arrives(network, 1));
        Assert.True(Counting.Eventually(() => guard.Count() > 0));
        Assert.Equal(0, counter.Count());
        using var third = AttachTo(counter, new(VethPair.Near) { Priority = 5 });
        Assert.False(Packets.Arrives(network, 1));
        Assert.True(Counting.Eventually(() => counter.Count() > 0));

        var refusal = Assert.Throws<KernelException>(
            () => AttachTo(counter, new(VethPair.Near) { Priority = 5, After = TcNeighbor.Of(first) }));
        Assert.Contains("only one of", refusal.Message, StringComparison.Ordinal);
        refusal = Assert.Throws<KernelException>(() => network.NearNamespace.Run(() => Counting.WithoutLinks(
            () => TcAttachment.Attach(counter, new(VethPair.Near) { After = TcNeighbor.Of(first) }))));
        Assert.Equal("NeedsTcx", refusal.Id);
        if (Counting.Has(BpfAttachType.TcxIngress))
        {
            refusal = Assert.Throws<KernelException>(
                () => AttachTo(counter, new(VethPair.Near) { After = TcNeighbor.Of(first) }));
            Assert.Contains("a filter with priority 10", refusal.Message, StringComparison.Ordinal);
        }

        TcAttachment AttachTo(LoadedProgram program, TcAttachOptions options) =>
            network.NearNamespace.Run(() => TcAttachment.Attach(program, options));
    }

    // Datagrams go from far to near: they are sent there and received here.
    private static TcAttachment Attach(
        VethPair network, LoadedProgram program, TcDirection direction, bool withoutLinks, string? pin = null)
    {
        var isEgress = direction == TcDirection.Egress;
        return (isEgress ? network.FarNamespace : network.NearNamespace).Run(() =>
        {
            TcAttachment Attach() =>
                TcAttachment.Attach(program, new(isEgress ? VethPair.Far : VethPair.Near, direction) { Pin = pin });
            return withoutLinks ? Counting.WithoutLinks(Attach) : Attach();
        });
    }

    private static TcAttachment AttachNear(VethPair network, LoadedProgram program, TcDirection direction) =>
        network.NearNamespace.Run(
            () => Counting.WithoutLinks(() => TcAttachment.Attach(program, new(VethPair.Near, direction))));

    private static IReadOnlyList<TrafficFilter> Filters(VethPair network, bool egress) =>
        network.NearNamespace.Run(() =>
    {
        using var netlink = new Netlink();
        return netlink.GetFilters(network.NearIndex, egress);
    });
}
