using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class TunnelFlows : Benchmark
{
    private const int VxlanPort = 4789;
    private const int GenevePort = 6081;

    private static readonly EbpfType Port = ScalarType.UInt16.WithByteOrder(ByteOrder.BigEndian);

    private static readonly StructType FlowKey = StructType.Create(
    [
        new("Source", AddressType.IPAddress), new("Destination", AddressType.IPAddress),
        new("SourcePort", Port), new("DestinationPort", Port),
        new("Vlan", ScalarType.UInt16), new("Protocol", ScalarType.UInt16),
    ]);

    private static readonly StructType Traffic =
        StructType.Create([new("Packets", ScalarType.UInt64), new("Bytes", ScalarType.UInt64)]);

    public override string Name => "tunnel_flows";

    public override string Title => "Flow records by VLAN and 5-tuple, inside tunnels";

    public override byte[] Packet => Ethernet(EtherTypeIPv4,
        IPv4("192.0.2.1", Udp, UdpDatagram(40_000, VxlanPort, [8, 0, 0, 0, 0, 0, 7, 0, .. Inside])));

    public override IEnumerable<byte[]> Packets => Tunnels.SelectMany(Variants);

    private static byte[] Inside => Ethernet(EtherTypeIPv4, IPv4("10.1.2.3", Tcp, TcpSegment(40_000, 443, Ack)));

    private static byte[] Inside6 => IPv6("2001:db8::9", HopByHop, Extension(Udp, 1, UdpDatagram(9, 53)));

    private static IEnumerable<byte[]> Tunnels =>
    [
        Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", 4, Inside[14..])),
        Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", 41, Inside6, optionWords: 2)),
        Ethernet(EtherTypeIPv6, IPv6("2001:db8::1", DestinationOptions, Extension(4, 0, Inside[14..]))),
        Ethernet(EtherTypeVlan, Vlan(5, EtherTypeIPv6, IPv6("2001:db8::1", 41, Inside6))),
        .. new byte[] { 0x00, 0x20, 0x80, 0x30, 0xb0, 0x40 }.Select(flags => Ethernet(EtherTypeIPv4,
            IPv4("192.0.2.1", 47, [flags, 0, 8, 0, .. new byte[int.PopCount(flags) * 4], .. Inside[14..]]))),
        Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", 47, [0, 0, 0x86, 0xdd, .. Inside6])),
        Ethernet(EtherTypeIPv6, IPv6("2001:db8::1", 47, [0, 0, 0x65, 0x58, .. Inside])),
        Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", 47, [0, 1, 8, 0, .. Inside[14..]])),
        Ethernet(EtherTypeServiceVlan, Vlan(7, EtherTypeIPv4,
            IPv4("192.0.2.1", Udp, UdpDatagram(1, 8472, [8, 0, 0, 0, 0, 0, 7, 0, .. Inside])))),
        Ethernet(EtherTypeIPv6, IPv6("2001:db8::1", Udp, UdpDatagram(1, VxlanPort,
            [8, 0, 0, 0, 0, 0, 7, 0, .. Ethernet(EtherTypeVlan, Vlan(5, EtherTypeIPv6, Inside6))]))),
        Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, GenevePort,
            [0, 0, 0x65, 0x58, 0, 0, 7, 0, .. Inside]))),
        Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, GenevePort,
            [2, 0, 8, 0, 0, 0, 7, 0, .. new byte[8], .. Inside[14..]]))),
        Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", 4, IPv4("10.1.2.3", Icmp, IcmpMessage(8, 0)))),
        Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", 132, new byte[24])),
    ];

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var flows = program.AddMap("flows", MapType.LruPerCpuHash, FlowKey, Traffic, 4096);
        var flow = CodeBuilder.Local("flow", FlowKey);
        Expression Key(IPHeader ip, TransportHeader transport) => new StructExpression(
        [
            new("Source", ip["Source"]), new("Destination", ip["Destination"]),
            new("SourcePort", transport["SourcePort"]), new("DestinationPort", transport["DestinationPort"]),
            new("Vlan", P.Vlan["Id"]), new("Protocol", ip["Protocol"]),
        ]);
        code
            .If(P.Inner.Transport, then => then.Assign(flow, Key(P.Inner.IP, P.Inner.Transport)))
            .ElseIf(P.Transport, then => then.Assign(flow, Key(P.IP, P.Transport)))
            .Else(@else => @else.Return("Pass"))
            .Increment(flows[flow].Field("Packets"))
            .Increment(flows[flow].Field("Bytes"), P.Length)
            .Return("Pass");
    }

    // The packet cut off at each length, and with each byte of its headers changed.
    private static IEnumerable<byte[]> Variants(byte[] packet)
    {
        yield return packet;
        for (var length = 14; length < packet.Length; length++) yield return packet[..length];
        for (var at = 12; at < packet.Length; at++)
        {
            byte[] changed = [.. packet];
            changed[at] ^= (byte)(1 << at % 8);
            yield return changed;
        }
    }
}
