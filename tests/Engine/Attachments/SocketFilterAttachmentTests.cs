using System.Net;
using System.Net.Sockets;
using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Tests.Kernel;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
public sealed class SocketFilterAttachmentTests
{
    private static readonly byte[] Content = [1, 2, 3, 4, 5];

    [Fact]
    public void Filter_sees_received_packets_and_its_socket_gets_passed_ones()
    {
        using var network = Packets.Connected();
        using var program = Counting.Load(ProgramType.SocketFilter, everywhere: true, verdict: "Pass");
        using var attachment = network.NearNamespace.Run(
            () => SocketFilterAttachment.Attach(program, new(VethPair.Near)));
        Assert.True(Counting.Eventually(() => Packets.Arrives(network, Content)));
        Assert.InRange(program.Count(), 1, long.MaxValue);
        Assert.Contains(Received(attachment), packet => packet.AsSpan().EndsWith(Content));
    }

    [Fact]
    public void Dropped_packets_do_not_reach_the_filter_s_socket()
    {
        using var network = Packets.Connected();
        using var program = Counting.Load(ProgramType.SocketFilter, everywhere: true, verdict: "Drop");
        using var attachment = network.NearNamespace.Run(
            () => SocketFilterAttachment.Attach(program, new(VethPair.Near)));
        Assert.True(Counting.Eventually(() => Packets.Arrives(network, Content)));
        Assert.InRange(program.Count(), 1, long.MaxValue);
        Assert.Empty(Received(attachment));
    }

    [Fact]
    public void Filter_on_a_given_socket_drops_packets_until_detached()
    {
        using var network = Packets.Connected();
        using var socket = network.NearNamespace.Run(
            () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 300 });
        socket.Bind(new IPEndPoint(VethPair.NearAddress, 0));
        using var program = Counting.Load(ProgramType.SocketFilter, everywhere: true, verdict: "Drop");
        using (SocketFilterAttachment.Attach(program, new(socket)))
            Assert.False(Packets.Arrives(network, socket, Content));
        Assert.InRange(program.Count(), 1, long.MaxValue);
        Assert.True(Counting.Eventually(() => Packets.Arrives(network, socket, Content)));
    }

    [Fact]
    public void Unknown_interface_is_refused()
    {
        using var program = Counting.Load(ProgramType.SocketFilter, verdict: "Pass");
        var refusal = Assert.Throws<KernelException>(() => SocketFilterAttachment.Attach(program, new("nosuch0")));
        Assert.Equal(Errno.ENODEV, refusal.Errno);
    }

    private static List<byte[]> Received(SocketFilterAttachment attachment)
    {
        var packets = new List<byte[]>();
        var buffer = new byte[2048];
        while (attachment.Socket!.Available > 0) packets.Add(buffer[..attachment.Socket.Receive(buffer)]);
        return packets;
    }
}
