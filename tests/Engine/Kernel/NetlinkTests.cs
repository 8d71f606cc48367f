using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using EbpfCat.Attachments;
using EbpfCat.Kernel;

namespace EbpfCat.Tests.Kernel;

public sealed class NetlinkTests
{
    [Fact]
    public void New_namespace_has_only_a_loopback_interface()
    {
        using var inside = NetworkNamespace.Create();
        var link = Assert.Single(inside.Run(Links));
        Assert.Equal(("lo", false, 1), (link.Name, link.IsUp, link.Index));
    }

    [Fact]
    public void Veth_pair_carries_packets_between_namespaces()
    {
        using var pair = new VethPair();
        Assert.Equal(
            ("veth", true, 1500), (pair.NearLink.Kind, pair.NearLink.IsUp, pair.NearLink.MaximumTransmissionUnit));
        foreach (var (near, far) in new[]
        {
            (VethPair.NearAddress, VethPair.FarAddress),
            (VethPair.NearAddress6, VethPair.FarAddress6),
        })
        {
            using var receiver = pair.FarNamespace.Run(() => Bound(far));
            using var sender = pair.NearNamespace.Run(() => Bound(near));
            sender.SendTo([1, 2, 3], receiver.LocalEndPoint!);
            var buffer = new byte[16];
            EndPoint from = new IPEndPoint(near, 0);
            Assert.Equal(3, receiver.ReceiveFrom(buffer, ref from));
            Assert.Equal(near, ((IPEndPoint)from).Address);
        }
    }

    [Fact]
    public void Disposing_a_namespace_removes_its_interfaces()
    {
        using var here = NetworkNamespace.Create();
        using (var there = NetworkNamespace.Create())
        {
            here.CreateVethPair("here0", there, "there0");
            Assert.Contains(here.Run(Links), link => link.Name == "here0");
        }

        // The kernel removes a namespace in the background.
        Assert.True(
            SpinWait.SpinUntil(() => here.Run(Links).All(link => link.Name != "here0"), TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Exception_in_a_namespace_reaches_the_caller_and_restores_its_thread()
    {
        using var inside = NetworkNamespace.Create();
        var before = Links().Select(link => link.Name).ToList();
        Assert.Throws<InvalidOperationException>(() => inside.Run(() => throw new InvalidOperationException()));
        Assert.Equal(before, Links().Select(link => link.Name));
    }

    [Fact]
    public void Program_is_attached_and_detached_by_netlink()
    {
        using var pair = new VethPair();
        using var program = Programs.Load(BpfProgramType.Xdp, 2);
        using var other = Programs.Load(BpfProgramType.Xdp, 2);
        pair.NearNamespace.Run(() =>
        {
            using var netlink = new Netlink();
            netlink.SetXdpProgram(pair.NearIndex, program, XdpFlags.Generic);
            Assert.Equal(Bpf.GetProgramInfo(program).Id, pair.NearLink.XdpGenericProgramId);
            Assert.Throws<KernelException>(
                () => netlink.SetXdpProgram(pair.NearIndex, other, XdpFlags.Generic | XdpFlags.UpdateIfNoExist));
            Assert.Throws<KernelException>(
                () => netlink.SetXdpProgram(
                    pair.NearIndex, null, XdpFlags.Generic | XdpFlags.Replace, expected: other));
            netlink.SetXdpProgram(pair.NearIndex, other, XdpFlags.Generic | XdpFlags.Replace, expected: program);
            Assert.Equal(Bpf.GetProgramInfo(other).Id, pair.NearLink.XdpProgramId);
            netlink.SetXdpProgram(pair.NearIndex, null, XdpFlags.Generic);
            Assert.Equal(XdpAttached.None, pair.NearLink.XdpMode);
        });
    }

    [Fact]
    public void Extended_acknowledgement_is_reported_as_the_cause()
    {
        using var pair = new VethPair();
        using var program = Programs.Load(BpfProgramType.Xdp, 2);
        using var link = pair.NearNamespace.Run(() => Bpf.CreateXdpLink(program, pair.NearIndex));
        var refusal = Assert.Throws<KernelException>(() => pair.NearNamespace.Run(() =>
        {
            using var netlink = new Netlink();
            netlink.SetXdpProgram(pair.NearIndex, null);
        }));
        Assert.Equal(Errno.EBUSY, refusal.Errno);
        Assert.Contains("link", refusal.Cause, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Interface_is_found_by_index_until_it_is_deleted()
    {
        using var inside = NetworkNamespace.Create();
        inside.Run(() =>
        {
            using var netlink = new Netlink();
            netlink.CreateVethPair("one", "two");
            var index = netlink.GetLink("one").Index;
            Assert.Equal("one", netlink.FindLink(index)?.Name);
            Assert.Equal(
                Errno.EEXIST, Assert.Throws<KernelException>(() => netlink.CreateVethPair("one", "three")).Errno);
            netlink.DeleteLink(index);
            Assert.Null(netlink.FindLink(index));
            Assert.Null(netlink.FindLink("two"));
        });
    }

    [Fact]
    public void Unknown_interface_lists_the_existing_ones()
    {
        using var inside = NetworkNamespace.Create();
        var refusal = inside.Run(() =>
        {
            using var netlink = new Netlink();
            return Assert.Throws<KernelException>(() => netlink.GetLink("eth99"));
        });
        // A kernel that has tunnels has devices of theirs in every namespace.
        Assert.Matches(@"^There are: lo(, .+)?\.$", refusal.Remedy);
    }

    [Fact]
    public void Permanent_neighbor_entry_needs_no_ARP()
    {
        using var pair = new VethPair();
        pair.NearNamespace.Run(() =>
        {
            using var netlink = new Netlink();
            netlink.AddNeighbor(
                pair.NearIndex, IPAddress.Parse("10.77.0.9"), PhysicalAddress.Parse("02-00-00-00-00-09"));
            Assert.Contains(
                File.ReadLines("/proc/thread-self/net/arp"),
                line => line.StartsWith("10.77.0.9 ", StringComparison.Ordinal)
                    && line.Contains("02:00:00:00:00:09", StringComparison.Ordinal));
        });
    }

    private static IReadOnlyList<NetworkLink> Links()
    {
        using var netlink = new Netlink();
        return netlink.GetLinks();
    }

    private static Socket Bound(IPAddress address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }
}
