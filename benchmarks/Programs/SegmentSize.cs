using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class SegmentSize : Benchmark
{
    private const int MaxSize = 1400;
    private const int TcpOffset = 34; // without VLAN tags and IPv4 options
    private const int MaxOptions = 20;

    public override string Name => "mss_clamp";

    public override string Title => "TCP segment size clamped among the options";

    public override byte[] Packet => Segment(Syn, 1, 1, 4, 2, 3, 3, 7, 2, 4, 5, 0xb4);

    // The lower byte of the size, which the program leaves smaller than it was.
    public override (int Offset, byte Value)? Restored => (64, 0xb4);

    public override IEnumerable<byte[]> Packets =>
    [
        Segment(Syn, 2, 4, 5, 0xb4), Segment(Syn, 1, 2, 4, 5, 0xb4, 0, 0, 0), Segment(Syn, 1, 0, 2, 4, 5, 0xb4, 0, 0),
        Segment(Syn, 2, 4, 5, 0x78), Segment(Syn, 2, 3, 5, 0xb4), Segment(Syn, 2, 1, 5, 0xb4), Segment(Syn),
        Segment(Ack, 2, 4, 5, 0xb4), Segment(Syn | Ack, 3, 3, 7, 2, 4, 0xff, 0xff, 0), Segment(Syn, 2, 4, 5),
        Segment(Syn, [.. Enumerable.Repeat((byte)1, 36), 2, 4, 9, 9]),
        Segment(Syn, [.. Enumerable.Repeat((byte)1, 16), 2, 4, 9, 9]),
    ];

    private static byte[] Segment(int flags, params byte[] options)
    {
        var tcp = TcpSegment(40_000, 443, (byte)flags, options);
        tcp[12] = (byte)((20 + (options.Length + 3) / 4 * 4) << 2);
        (tcp[16], tcp[17]) = (0xf0, (byte)options.Length);
        return Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Tcp, tcp));
    }

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var offset = CodeBuilder.Local("offset", ScalarType.UInt16);
        var end = CodeBuilder.Local("end");
        var kind = CodeBuilder.Local("kind");
        var size = CodeBuilder.Local("size");
        var old = CodeBuilder.Local("old");
        var sum = CodeBuilder.Local("sum");
        var network = ScalarType.UInt16.WithByteOrder(ByteOrder.BigEndian);
        code
            .If((P.Ethernet["EtherType"] != EtherTypeIPv4).Or(P.IPv4["HeaderLength"] != 20).Or(P.Tcp["Syn"] != 1),
                then => then.Return("Pass"))
            .Assign(offset, TcpOffset + 20)
            .Assign(end, P.Tcp["HeaderLength"] + TcpOffset)
            .For("i", 0, MaxOptions - 1, (body, _) => body
                .If(offset >= end, then => then.Break())
                .Assign(kind, P.Read(offset, ScalarType.UInt8))
                .If(kind == 0, then => then.Break())
                .If(kind == 1, then => then.Increment(offset).Continue())
                .Assign(size, P.Read(offset + 1, ScalarType.UInt8))
                .If(size < 2, then => then.Break())
                .If((kind == 2).And(size == 4),
                    then => then.Assign(old, P.Read(offset + 2, network)).Break())
                .Increment(offset, size))
            .If(old <= MaxSize, then => then.Return("Pass"))
            // RFC 1624: the old value is added to the checksum, and the complement of the new one.
            .Assign(sum, old + (0xffff - MaxSize))
            .If((offset & 1) != 0, odd => odd.Assign(sum, sum << 8))
            .Increment(sum, P.Tcp["Checksum"])
            .Assign(sum, (sum & 0xffff) + (sum >> 16))
            .Assign(P.Tcp["Checksum"], sum + (sum >> 16))
            .Assign(P.Read(offset + 2, network), MaxSize)
            .Return("Tx");
    }
}
