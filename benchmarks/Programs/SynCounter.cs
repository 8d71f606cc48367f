using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class SynCounter : Benchmark
{
    public override string Name => "syn_counter";

    public override string Title => "TCP SYN counter";

    public override string WhereClangWins => TagsAndExtensions;

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Tcp, TcpSegment(40_000, 443, Syn)));

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var syns = program.AddVariable("syns", ScalarType.UInt64);
        code
            .If(P.Tcp.And((P.Tcp["Flags"] & (Syn | Ack)) == (int)Syn), then => then.Increment(syns))
            .Return("Pass");
    }
}
