using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class DnsHash : Benchmark
{
    private const int NameOffset = 54; // without VLAN tags and IPv4 options
    private const int MaxName = 128;

    public override string Name => "dns_hash";

    public override string Title => "Queries by the hash of a DNS name";

    public override byte[] Packet => Query(1, "example", "com");

    public override IEnumerable<byte[]> Packets =>
    [
        Query(1, "WWW", "Example", "COM"), Query(0, "example"), Query(1, "[z@Z`{"), Query(0x8001, "example", "com"),
        Query(1, new string('a', 63), new string('b', 62)), Query(1, new string('a', 63), new string('b', 63)),
        Query(1, "example", "org")[..60],
    ];

    private static byte[] Query(int header, params string[] labels) =>
        Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(40_000, 53,
        [
            0x12, 0x34, (byte)(header >> 8), 0, 0, (byte)header, 0, 0, 0, 0, 0, 0,
            .. labels.SelectMany(label => new byte[] { (byte)label.Length }.Concat(label.Select(c => (byte)c))),
            0, 0, 1, 0, 1,
        ])));

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var names = program.AddMap("names", MapType.LruHash, ScalarType.UInt32, ScalarType.UInt64, 4096);
        var hash = CodeBuilder.Local("hash", ScalarType.UInt32);
        var letter = CodeBuilder.Local("letter");
        code
            .If((P.Ethernet["EtherType"] != EtherTypeIPv4).Or(P.IPv4["HeaderLength"] != 20)
                    .Or(P.Udp["DestinationPort"] != 53).Or(P.Dns["IsResponse"] != 0).Or(P.Dns["QuestionCount"] == 0)
                    .Or(!P.Dns),
                then => then.Return("Pass"))
            .Assign(hash, 2166136261u)
            .For("i", 0, MaxName - 1, (body, i) => body
                .Assign(letter, P.Read(NameOffset + i, ScalarType.UInt8))
                .If(letter == 0, then => then.Break())
                .If((letter >= 'A').And(letter <= 'Z'), then => then.Increment(letter, 'a' - 'A'))
                .Assign(hash, (hash ^ letter) * 16777619))
            .Increment(names[hash])
            .Return("Pass");
    }
}
