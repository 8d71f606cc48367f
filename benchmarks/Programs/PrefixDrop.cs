using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class PrefixDrop : Benchmark
{
    public override string Name => "lpm_drop";

    public override string Title => "Drop list of IPv4 and IPv6 prefixes";

    public override string WhereClangWins => Tags;

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2)));

    public override IEnumerable<byte[]> Packets =>
    [
        Ethernet(EtherTypeIPv4, IPv4("10.255.0.1", Udp, UdpDatagram(1, 2))),
        Ethernet(EtherTypeIPv4, IPv4("203.0.113.255", Udp, UdpDatagram(1, 2))),
        Ethernet(EtherTypeIPv6, IPv6("2001:db8:dead::1", Udp, UdpDatagram(1, 2))),
        Ethernet(EtherTypeIPv6, IPv6("2001:db8:beef::1", Udp, UdpDatagram(1, 2))),
        Ethernet(EtherTypeVlan, Vlan(5, EtherTypeIPv4, IPv4("10.255.0.1", Udp, UdpDatagram(1, 2)))),
        Ethernet(EtherTypeServiceVlan,
            Vlan(5, EtherTypeVlan, Vlan(6, EtherTypeIPv6, IPv6("2001:db8:dead::1", Udp, UdpDatagram(1, 2))))),
    ];

    public override void Prepare(IReadOnlyDictionary<string, LiveMap> maps)
    {
        foreach (var prefix in new[] { "10.0.0.0/8", "203.0.113.0/24", "192.0.2.9/32" })
            maps["blocked4"].Set(prefix, 1u);
        foreach (var prefix in new[] { "2001:db8:dead::/48", "2001:db8::2/128" }) maps["blocked6"].Set(prefix, 1u);
    }

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var blocked4 = program.AddMap("blocked4", MapType.LpmTrie, PrefixType.IPv4, ScalarType.UInt32, 1024);
        var blocked6 = program.AddMap("blocked6", MapType.LpmTrie, PrefixType.IPv6, ScalarType.UInt32, 1024);
        code
            .If(P.IPv4.And(blocked4.Contains(P.IPv4["Source"])), then => then.Return("Drop"))
            .If(P.IPv6.And(blocked6.Contains(P.IPv6["Source"])), then => then.Return("Drop"))
            .Return("Pass");
    }
}
