using System.Net;
using System.Net.Sockets;

namespace EbpfCat.Tests.Attachments;

/// <summary>A network device, as struct sockaddr_ll of packet(7).</summary>
internal sealed class DeviceEndPoint(int index) : EndPoint
{
    public override AddressFamily AddressFamily => AddressFamily.Packet;

    public override SocketAddress Serialize()
    {
        var address = new SocketAddress(AddressFamily.Packet, 20);
        var bytes = BitConverter.GetBytes(index);
        for (var i = 0; i < bytes.Length; i++) address[4 + i] = bytes[i];
        return address;
    }
}
