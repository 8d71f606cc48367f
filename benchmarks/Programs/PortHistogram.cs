using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class PortHistogram : Benchmark
{
    public override string Name => "port_histogram";

    public override string Title => "Histogram of destination ports";

    public override string WhereClangWins => TagsAndExtensions;

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(40_000, 53)));

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var ports = program.AddMap("ports", MapType.Array, ScalarType.UInt32, ScalarType.UInt64, 65536);
        code
            .If(P.Tcp,
                then => then.Increment(ports[P.Tcp["DestinationPort"]]),
                @else => @else.If(P.Udp, then => then.Increment(ports[P.Udp["DestinationPort"]])))
            .Return("Pass");
    }
}
