using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class IPv4Counter : Benchmark
{
    public override string Name => "ipv4_counter";

    public override string Title => "IPv4 counter";

    public override string WhereClangWins => Tags;

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2)));

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var packets = program.AddVariable("packets", ScalarType.UInt64);
        code.If(P.IPv4, then => then.Increment(packets)).Return("Pass");
    }
}
