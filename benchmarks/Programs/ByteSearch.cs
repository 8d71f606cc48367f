using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class ByteSearch : Benchmark
{
    private const int MaxBytes = 1500;
    private const byte Sought = 0x7f;

    public override string Name => "byte_search";

    public override string Title => "Search for a byte in up to 1,500 bytes";

    public override byte[] Packet => Long();

    public override IEnumerable<byte[]> Packets =>
        [Long((1499, Sought)), Long((1500, Sought)), Long((700, Sought), (900, Sought)), Long((0, Sought))];

    private static byte[] Long(params (int Offset, byte Value)[] changes)
    {
        var packet = Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2, new byte[1500])));
        foreach (var (offset, value) in changes) packet[offset] = value;
        return packet;
    }

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var found = program.AddVariable("found", ScalarType.UInt64);
        code
            .For("i", 0, MaxBytes - 1, (body, i) => body
                .If(P.Read(i, ScalarType.UInt8) == Sought, then => then.Increment(found).Return("Drop")))
            .Return("Pass");
    }
}
