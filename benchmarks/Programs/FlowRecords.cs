using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class FlowRecords : Benchmark
{
    private static readonly EbpfType Port = ScalarType.UInt16.WithByteOrder(ByteOrder.BigEndian);

    private static readonly StructType FlowKey = StructType.Create(
    [
        new("Source", AddressType.IPv4), new("Destination", AddressType.IPv4),
        new("SourcePort", Port), new("DestinationPort", Port), new("Protocol", ScalarType.UInt32),
    ]);

    private static readonly StructType Traffic =
        StructType.Create([new("Packets", ScalarType.UInt64), new("Bytes", ScalarType.UInt64)]);

    public override string Name => "flows";

    public override string Title => "Flow records by 5-tuple, LRU per-CPU";

    public override string WhereClangWins => Tags;

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Tcp, TcpSegment(40_000, 443, Ack)));

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var flows = program.AddMap("flows", MapType.LruPerCpuHash, FlowKey, Traffic, 4096);
        var sourcePort = CodeBuilder.Local("sourcePort");
        var destinationPort = CodeBuilder.Local("destinationPort");
        var flow = CodeBuilder.Local("flow", FlowKey);
        code
            .If(!P.IPv4, then => then.Return("Pass"))
            .If(P.Tcp,
                then => then.Assign(sourcePort, P.Tcp["SourcePort"]).Assign(destinationPort, P.Tcp["DestinationPort"]),
                @else => @else.If(P.Udp,
                    then => then.Assign(sourcePort, P.Udp["SourcePort"])
                        .Assign(destinationPort, P.Udp["DestinationPort"]),
                    @else => @else.Return("Pass")))
            .Assign(flow, new StructExpression(
            [
                new("Source", P.IPv4["Source"]), new("Destination", P.IPv4["Destination"]),
                new("SourcePort", sourcePort), new("DestinationPort", destinationPort),
                new("Protocol", P.IPv4["Protocol"]),
            ]))
            .Increment(flows[flow].Field("Packets"))
            .Increment(flows[flow].Field("Bytes"), P.Length)
            .Return("Pass");
    }
}
