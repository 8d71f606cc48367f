using EbpfCat.Language;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class TimeToLive : Benchmark
{
    private const int TtlOffset = 22;

    public override string Name => "ttl";

    public override string Title => "TTL decrement with checksum update";

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2)));

    public override (int Offset, byte Value)? Restored => (TtlOffset, 64);

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var sum = CodeBuilder.Local("sum");
        code
            .If(!P.IPv4, then => then.Return("Pass"))
            .If(P.IPv4["Ttl"] <= 1, then => then.Return("Drop"))
            .Assign(sum, P.IPv4["Checksum"] + 0x0100)
            .Assign(P.IPv4["Checksum"], sum + Expression.Conditional((Expression)sum >= 0xffff, 1, 0))
            .Update(P.IPv4["Ttl"], BinaryOperator.Subtract, 1)
            .Return("Tx");
    }
}
