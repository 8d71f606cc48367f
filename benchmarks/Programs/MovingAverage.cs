using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class MovingAverage : Benchmark
{
    public override string Name => "average";

    public override string Title => "Moving average of packet length, fixed-point";

    public override string WhereClangWins =>
        "in time alone, probably because the script divides the signed value without a branch; the C branches on its " +
        "sign, which the processor predicts where all packets are of one length.";

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2, new byte[100])));

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var average = program.AddVariable("average", ScalarType.Fixed);
        code.Increment(average, (P.Length - average) / 16).Return("Pass");
    }
}
