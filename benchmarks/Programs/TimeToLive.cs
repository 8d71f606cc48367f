using EbpfCat.Language;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class TimeToLive : Benchmark
{
    private const int TtlOffset = 22;
    private const int OneHop = 0x0100; // the TTL is the upper byte of its word

    public override string Name => "ttl";

    public override string Title => "TTL decrement with checksum update";

    public override string WhereClangWins =>
        "the script converts the checksum from network byte order and back; the C adds to it in place. And " + Tags;

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2)));

    public override (int Offset, byte Value)? Restored => (TtlOffset, 64);

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var sum = CodeBuilder.Local("sum");
        code
            .If(!P.IPv4, then => then.Return("Pass"))
            .If(P.IPv4["Ttl"] <= 1, then => then.Return("Drop"))
            .Assign(sum, P.IPv4["Checksum"] + OneHop)
            .Assign(P.IPv4["Checksum"], sum + Expression.Conditional(sum >= 0xffff, 1, 0))
            .Update(P.IPv4["Ttl"], BinaryOperator.Subtract, 1)
            .Return("Tx");
    }
}
