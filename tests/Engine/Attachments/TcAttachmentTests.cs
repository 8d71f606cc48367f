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

        // The neighbour may have been forgotten meanwhile.
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
