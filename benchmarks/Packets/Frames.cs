using System.Buffers.Binary;
using System.Net;

namespace EbpfCat.Benchmarks.Packets;

/// <summary>
/// Makes Ethernet frames, layer by layer from the inside out. Header checksums of IPv4 are right, others are zero.
/// </summary>
internal static class Frames
{
    public const int EtherTypeIPv4 = 0x0800;
    public const int EtherTypeArp = 0x0806;
    public const int EtherTypeVlan = 0x8100;
    public const int EtherTypeIPv6 = 0x86dd;
    public const int EtherTypeServiceVlan = 0x88a8;

    public const byte HopByHop = 0;
    public const byte Icmp = 1;
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Routing = 43;
    public const byte Fragment = 44;
    public const byte Authentication = 51;
    public const byte Icmp6 = 58;
    public const byte DestinationOptions = 60;
    public const byte Mobility = 135;

    public const byte Syn = 0x02;
    public const byte Ack = 0x10;

    public static byte[] Ethernet(int etherType, params byte[] payload) =>
        [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, .. BigEndian(etherType), .. payload];

    /// <summary>
    /// A VLAN tag: what follows the EtherType of the tag, whose own type is that of the header before it.
    /// </summary>
    public static byte[] Vlan(int id, int etherType, params byte[] payload) =>
        [.. BigEndian(0x2000 | id), .. BigEndian(etherType), .. payload];

    public static byte[] IPv4(
        string source, byte protocol, byte[] payload, int fragment = 0, byte ttl = 64, int optionWords = 0)
    {
        var headerLength = 20 + optionWords * 4;
        byte[] packet =
        [
            (byte)(0x40 | headerLength / 4), 0, .. BigEndian(headerLength + payload.Length), 0x12, 0x34,
            .. BigEndian(fragment),
            ttl, protocol, 0, 0, .. IPAddress.Parse(source).GetAddressBytes(), 198, 51, 100, 7,
            .. Options(optionWords * 4), .. payload,
        ];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Checksum(packet.AsSpan(0, headerLength)));
        return packet;
    }

    public static byte[] IPv6(string source, byte next, byte[] payload) =>
    [
        0x60, 0, 0, 0, .. BigEndian(payload.Length), next, 64, .. IPAddress.Parse(source).GetAddressBytes(),
        .. IPAddress.Parse("2001:db8::7").GetAddressBytes(), .. payload,
    ];

    /// <summary>An extension header of IPv6 whose length field counts eight bytes, the first not counted.</summary>
    public static byte[] Extension(byte next, int length, params byte[] payload) =>
        [next, (byte)length, .. Options(length * 8 + 6), .. payload];

    /// <summary>A fragment header; the offset counts eight bytes.</summary>
    public static byte[] FragmentHeader(byte next, int offset, params byte[] payload) =>
        [next, 0, .. BigEndian(offset << 3 | 1), 0, 0, 0x12, 0x34, .. payload];

    /// <summary>Several headers of destination options.</summary>
    /// <param name="next">The protocol that the last of them names.</param>
    public static byte[] Extensions(int count, byte next, byte[] payload) => count == 1
        ? Extension(next, 0, payload)
        : Extension(DestinationOptions, 0, Extensions(count - 1, next, payload));

    public static byte[] TcpSegment(int source, int destination, byte flags, params byte[] payload) =>
        [.. BigEndian(source), .. BigEndian(destination), 0, 0, 0, 1, 0, 0, 0, 2, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0,
            .. payload];

    public static byte[] UdpDatagram(int source, int destination, params byte[] payload) =>
        [.. BigEndian(source), .. BigEndian(destination), .. BigEndian(8 + payload.Length), 0, 0, .. payload];

    public static byte[] IcmpMessage(byte type, byte code, params byte[] payload)
    {
        byte[] message = [type, code, 0, 0, 0x12, 0x34, 0, 1, .. payload];
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), Checksum(message));
        return message;
    }

    private static byte[] BigEndian(int value) => [(byte)(value >> 8), (byte)value];

    private static byte[] Options(int count) => [.. Enumerable.Range(1, count).Select(number => (byte)number)];

    // The internet checksum (RFC 1071).
    private static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0;
        for (var offset = 0; offset < bytes.Length; offset += 2)
        {
            sum += bytes[offset] << 8 | (offset + 1 < bytes.Length ? bytes[offset + 1] : 0);
        }

        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
