using static EbpfCat.Benchmarks.Packets.Frames;

namespace EbpfCat.Benchmarks.Packets;

/// <summary>
/// Packets on which both programs of a pair must do the same: every protocol that the programs know, each cut off at
/// every length, and each with bytes changed at random (always the same ones).
/// </summary>
internal static class Corpus
{
    /// <summary>A test run takes no packet shorter than an Ethernet header.</summary>
    private const int Shortest = 14;

    private const int LongestHeaders = 160;
    private const int MutationsEach = 40;
    private const int Seed = 20_117;

    public static IReadOnlyList<byte[]> Packets { get; } = [.. All()];

    private static IEnumerable<byte[]> Whole() =>
    [
        Ethernet(EtherTypeArp, [0, 1, 8, 0, 6, 4, 0, 1, .. new byte[20]]),
        Ethernet(0x88cc, 1, 2, 3),
        .. Transports(ipv6: false).Select(t => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", t.Protocol, t.Bytes))),
        .. Transports(ipv6: false)
        .Select(t => Ethernet(EtherTypeIPv4, IPv4("10.1.2.3", t.Protocol, t.Bytes, optionWords: 3))),
        .. Transports(ipv6: false)
        .Select(t => Ethernet(EtherTypeIPv4, IPv4("192.0.2.9", t.Protocol, t.Bytes, fragment: 0x2000))),
        .. Transports(ipv6: false)
        .Select(t => Ethernet(EtherTypeIPv4, IPv4("192.0.2.9", t.Protocol, t.Bytes, fragment: 0x00b9))),
        .. Transports(ipv6: false)
        .Select(t => Ethernet(EtherTypeIPv4, [0x44, .. IPv4("192.0.2.9", t.Protocol, t.Bytes)[1..]])),
        .. Transports(ipv6: true).Select(t => Ethernet(EtherTypeIPv6, IPv6("2001:db8::1", t.Protocol, t.Bytes))),
        .. new byte[] { 0, 1, 2, 255 }
        .Select(ttl => Ethernet(EtherTypeIPv4, IPv4("192.0.2.3", Udp, UdpDatagram(1, 2), ttl: ttl))),
        Ethernet(EtherTypeIPv6, IPv6("2001:db8::2", HopByHop, Extension(Tcp, 0, TcpSegment(9, 443, Syn)))),
        Ethernet(EtherTypeIPv6, IPv6("2001:db8::2", HopByHop,
            Extension(Routing, 1, Extension(DestinationOptions, 2, Extension(Udp, 0, UdpDatagram(9, 53)))))),
        Ethernet(EtherTypeIPv6,
            IPv6("2001:db8::2", Fragment, Extension(Authentication, 0, Extension(Icmp6, 4, IcmpMessage(128, 0))))),
        Ethernet(EtherTypeIPv6,
            IPv6("2001:db8::2", HopByHop, [.. Enumerable.Range(0, 10).SelectMany(_ => Extension(HopByHop, 0))])),
        // Eight extension headers are passed, nine are not.
        .. Enumerable.Range(8, 2).Select(count => Ethernet(EtherTypeIPv6,
            IPv6("2001:db8::2", DestinationOptions, Extensions(count, Tcp, TcpSegment(9, 443, Syn))))),
        .. Enumerable.Range(0, 2).Select(offset => Ethernet(EtherTypeIPv6,
            IPv6("2001:db8::2", Fragment, FragmentHeader(Tcp, offset, TcpSegment(9, 443, Syn))))),
        Ethernet(EtherTypeIPv6, IPv6("2001:db8::2", Authentication,
            Extension(Mobility, 0, Extension(Udp, 0, UdpDatagram(9, 53))))),
        .. Transports(ipv6: false).Select(t => Ethernet(EtherTypeVlan,
            Vlan(5, EtherTypeIPv4, IPv4("192.0.2.1", t.Protocol, t.Bytes, optionWords: 1)))),
        .. Transports(ipv6: true).Select(t => Ethernet(EtherTypeServiceVlan,
            Vlan(5, EtherTypeVlan, Vlan(6, EtherTypeIPv6, IPv6("2001:db8::1", t.Protocol, t.Bytes))))),
        Ethernet(EtherTypeServiceVlan, Vlan(5, EtherTypeVlan, Vlan(6, EtherTypeIPv6,
            IPv6("2001:db8::2", HopByHop, Extension(Udp, 1, UdpDatagram(9, 53)))))),
        Ethernet(EtherTypeVlan, Vlan(5, EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2)))),
        Ethernet(EtherTypeVlan, Vlan(4095, EtherTypeIPv6, IPv6("2001:db8::1", Udp, UdpDatagram(1, 2)))),
        Ethernet(EtherTypeServiceVlan,
            Vlan(100, EtherTypeVlan, Vlan(7, EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2))))),
        Ethernet(EtherTypeVlan, Vlan(100, EtherTypeServiceVlan, Vlan(7, EtherTypeArp, 1, 2, 3, 4))),
        Ethernet(EtherTypeVlan, Vlan(1, EtherTypeVlan, Vlan(2, EtherTypeVlan, Vlan(3, EtherTypeIPv4)))),
    ];

    private static IEnumerable<(byte Protocol, byte[] Bytes)> Transports(bool ipv6) =>
    [
        (Tcp, TcpSegment(40_000, 443, Syn)),
        (Tcp, TcpSegment(40_000, 443, Syn | Ack)),
        (Tcp, TcpSegment(40_000, 80, Ack, new byte[30])),
        (Udp, UdpDatagram(40_000, 53, new byte[20])),
        (Udp, UdpDatagram(65_535, 65_535)),
        ipv6 ? (Icmp6, IcmpMessage(128, 0, new byte[12])) : (Icmp, IcmpMessage(8, 0, new byte[12])),
        ipv6 ? (Icmp6, IcmpMessage(129, 0)) : (Icmp, IcmpMessage(0, 0)),
        ipv6 ? (Icmp6, IcmpMessage(1, 4)) : (Icmp, IcmpMessage(8, 1)),
        (132, new byte[24]),
    ];

    private static IEnumerable<byte[]> All()
    {
        var random = new Random(Seed);
        foreach (var packet in Whole())
        {
            yield return packet;
            for (var length = Shortest; length < Math.Min(packet.Length, LongestHeaders); length++)
                yield return packet[..length];
            for (var number = 0; number < MutationsEach; number++) yield return Mutate(packet, random);
        }
    }

    private static byte[] Mutate(byte[] packet, Random random)
    {
        var mutated = packet[..random.Next(Shortest, packet.Length + 1)];
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            mutated[random.Next(12, mutated.Length)] = (byte)random.Next(256);
        }

        return mutated;
    }
}
