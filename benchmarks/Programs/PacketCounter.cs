using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class PacketCounter : Benchmark
{
    public override string Name => "packet_counter";

    public override string Title => "Packets per protocol and source";

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2)));

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var protocols = program.AddMap("protocols", MapType.Hash, ScalarType.UInt8, ScalarType.UInt64, 256);
        var sources = program.AddMap("sources", MapType.LruHash, AddressType.IPAddress, ScalarType.UInt64, 4096);
        var protocol = CodeBuilder.Local("protocol");
        var source = CodeBuilder.Local("source");
        code
            .If(P.IPv4,
                then => then.Assign(protocol, P.IPv4["Protocol"]).Assign(source, P.IPv4["Source"]),
                @else => @else.If(P.IPv6,
                    then => then.Assign(protocol, P.IPv6["NextHeader"]).Assign(source, P.IPv6["Source"]),
                    @else => @else.Return("Pass")))
            .Increment(protocols[protocol])
            .Increment(sources[source])
            .Return("Pass");
    }
}
