using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class RateLimit : Benchmark
{
    private const long NanosecondsAByte = 1_000_000_000;
    private const long Burst = 1_000_000_000_000;

    public override string Name => "rate_limit";

    public override string Title => "Byte rate limit per source (GCRA)";

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2)));

    public override IEnumerable<byte[]> Packets => Enumerable.Range(0, 40).Select(number =>
        Ethernet(EtherTypeIPv4, IPv4($"192.0.2.{70 + number % 3}", Udp, UdpDatagram(1, 2))));

    public override Range TimesIn(string map) => 0..8;

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var arrivals = program.AddMap("arrivals", MapType.LruHash, AddressType.IPv4, ScalarType.UInt64, 4096);
        var now = CodeBuilder.Local("now");
        var expected = CodeBuilder.Local("expected");
        var arrival = arrivals[P.IPv4["Source"]];
        code
            .If(!P.IPv4, then => then.Return("Pass"))
            .Assign(now, new SystemValueExpression(SystemValue.Time))
            .Assign(expected, arrival.Max(now) + P.Length * NanosecondsAByte)
            .If(expected - now > Burst, then => then.Return("Drop"))
            .Assign(arrival, expected)
            .Return("Pass");
    }
}
