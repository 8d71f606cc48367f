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
    public void It_sees_what_an_interface_receives_and_hands_on_what_passes()
    {
        using var network = Packets.Connected();
        using var program = Counting.Load(ProgramType.SocketFilter, everywhere: true, verdict: "Pass");
        using var attachment = network.NearNamespace.Run(() => SocketFilterAttachment.Attach(program, VethPair.Near));
        Assert.True(Counting.Eventually(() => Packets.Arrives(network, Content)));
        Assert.InRange(program.Count(), 1, long.MaxValue);
        Assert.Contains(Received(attachment), packet => packet.AsSpan().EndsWith(Content));
    }

    [Fact]
    public void What_it_drops_does_not_come_out_of_its_socket()
    {
        using var network = Packets.Connected();
        using var program = Counting.Load(ProgramType.SocketFilter, everywhere: true, verdict: "Drop");
        using var attachment = network.NearNamespace.Run(() => SocketFilterAttachment.Attach(program, VethPair.Near));
        Assert.True(Counting.Eventually(() => Packets.Arrives(network, Content)));
        Assert.InRange(program.Count(), 1, long.MaxValue);
        Assert.Empty(Received(attachment));
    }

    [Fact]
    public void A_socket_that_is_given_receives_nothing_that_is_dropped_until_it_is_detached()
    {
        using var network = Packets.Connected();
        using var socket = network.NearNamespace.Run(
            () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 300 });
        socket.Bind(new IPEndPoint(VethPair.NearAddress, 0));
        using var program = Counting.Load(ProgramType.SocketFilter, everywhere: true, verdict: "Drop");
        using (SocketFilterAttachment.Attach(program, socket))
            Assert.False(Packets.Arrives(network, socket, Content));
        Assert.InRange(program.Count(), 1, long.MaxValue);
        Assert.True(Counting.Eventually(() => Packets.Arrives(network, socket, Content)));
    }

    [Fact]
    public void An_interface_that_is_not_there_is_refused()
    {
        using var program = Counting.Load(ProgramType.SocketFilter, verdict: "Pass");
        var refusal = Assert.Throws<KernelException>(() => SocketFilterAttachment.Attach(program, "nosuch0"));
        Assert.Equal(Errno.ENODEV, refusal.Errno);
    }

    private static List<byte[]> Received(SocketFilterAttachment attachment)
    {
        var packets = new List<byte[]>();
        var buffer = new byte[2048];
        while (attachment.Socket!.Receive(buffer) is >= 0 and var length) packets.Add(buffer[..length]);
        return packets;
    }
}
