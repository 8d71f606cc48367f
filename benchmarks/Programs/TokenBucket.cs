using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class TokenBucket : Benchmark
{
    private const int Interval = 1_000_000_000; // nanoseconds a token
    private const int Burst = 8;

    private static readonly StructType Bucket =
        StructType.Create([new("Tokens", ScalarType.UInt64), new("Filled", ScalarType.UInt64)]);

    public override string Name => "token_bucket";

    public override string Title => "Token bucket rate limit per source";

    public override string WhereClangWins =>
        "an absent bucket reads as zero in the script and is inserted by the first write, so each read needs a " +
        "branch; the C inserts the bucket before it reads. And " + Tags;

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2)));

    public override IEnumerable<byte[]> Packets =>
        Enumerable.Repeat(Ethernet(EtherTypeIPv4, IPv4("192.0.2.77", Udp, UdpDatagram(1, 2))), Burst + 3)
            .Append(Ethernet(EtherTypeVlan, Vlan(5, EtherTypeIPv4, IPv4("192.0.2.77", Udp, UdpDatagram(1, 2)))));

    public override Range TimesIn(string map) => 8..16;

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var buckets = program.AddMap("buckets", MapType.LruHash, AddressType.IPv4, Bucket, 4096);
        var now = CodeBuilder.Local("now");
        var earned = CodeBuilder.Local("earned");
        var bucket = buckets[P.IPv4["Source"]];
        code
            .If(!P.IPv4, then => then.Return("Pass"))
            .Assign(now, new SystemValueExpression(SystemValue.Time))
            .Assign(earned, (now - bucket.Field("Filled")).FloorDivide(Interval))
            .If(earned > 0, then => then
                .Assign(bucket.Field("Tokens"),
                    new BinaryExpression(BinaryOperator.Minimum, bucket.Field("Tokens") + earned, Burst))
                .Assign(bucket.Field("Filled"), now))
            .If(bucket.Field("Tokens") == 0, then => then.Return("Drop"))
            .Update(bucket.Field("Tokens"), BinaryOperator.Subtract, 1)
            .Return("Pass");
    }
}
