using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class Redirection : Benchmark
{
    private const int TtlOffset = 22;
    private const int LoopbackInterface = 1;

    private static readonly StructType Hop = StructType.Create(
        [new("Port", ScalarType.UInt32), new("Destination", AddressType.Mac), new("Source", AddressType.Mac)]);

    public override string Name => "redirect";

    public override string Title => "Routing by prefix, redirected by a map of devices";

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2)));

    public override (int Offset, byte Value)? Restored => (TtlOffset, 64);

    public override void Prepare(IReadOnlyDictionary<string, LiveMap> maps)
    {
        maps["ports"].Set(3u, LoopbackInterface);
        foreach (var (prefix, port) in new[] { ("198.51.100.0/24", 3), ("198.51.0.0/16", 4), ("0.0.0.0/2", 5) })
        {
            maps["routes"].Set(prefix, new Dictionary<string, object>
            {
                ["Port"] = port,
                ["Destination"] = "02:00:00:00:00:07",
                ["Source"] = $"02:00:00:00:01:0{port}",
            });
        }
    }

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var routes = program.AddMap("routes", MapType.LpmTrie, PrefixType.IPv4, Hop, 1024);
        var ports = program.AddMap("ports", MapType.DevMap, ScalarType.UInt32, ScalarType.UInt32, 64);
        var hop = CodeBuilder.Local("hop");
        code
            .If(!P.IPv4, then => then.Return("Pass"))
            .If(P.IPv4["Ttl"] <= 1, then => then.Return("Pass"))
            .Assign(hop, routes[P.IPv4["Destination"]])
            .If(hop.Field("Port") == 0, then => then.Return("Pass"))
            .Assign(P.Ethernet["Destination"], hop.Field("Destination"))
            .Assign(P.Ethernet["Source"], hop.Field("Source"))
            .Update(P.IPv4["Ttl"], BinaryOperator.Subtract, 1)
            .Return(ports.Redirect(hop.Field("Port"), "Pass"));
    }
}
