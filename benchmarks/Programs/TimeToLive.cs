using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class TimeToLive : Benchmark
{
    private const int TtlOffset = 22;
    private const int ChecksumOffset = 24;
    private const int OneInNetworkOrder = 0x0001; // htons(0x0100): the TTL is the upper byte of its word

    public override string Name => "ttl";

    public override string Title => "TTL decrement with checksum update";

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2)));

    public override (int Offset, byte Value)? Restored => (TtlOffset, 64);

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var sum = CodeBuilder.Local("sum");
        // Read as the processor reads it: a ones' complement sum is right in either byte order (RFC 1071).
        Expression checksum = program.AddPacketVariable("checksum", ChecksumOffset, ScalarType.UInt16);
        code
            .If(!P.IPv4, then => then.Return("Pass"))
            .If(P.IPv4["Ttl"] <= 1, then => then.Return("Drop"))
            .Assign(sum, checksum + OneInNetworkOrder)
            .Assign(checksum, sum + Expression.Conditional(sum >= 0xffff, 1, 0))
            .Update(P.IPv4["Ttl"], BinaryOperator.Subtract, 1)
            .Return("Tx");
    }
}
