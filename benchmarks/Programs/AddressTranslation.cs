using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class AddressTranslation : Benchmark
{
    private static readonly EbpfType Port = ScalarType.UInt16.WithByteOrder(ByteOrder.BigEndian);

    private static readonly StructType Service = StructType.Create(
        [new("Address", AddressType.IPv4), new("Port", Port), new("Protocol", ScalarType.UInt16)]);

    private static readonly StructType Target = StructType.Create(
        [new("Address", AddressType.IPv4), new("Port", Port), new("Unused", ScalarType.UInt16)]);

    private static readonly int[] Checksums = [0, 0x1234, 0xffff, 0xfffe, 1];

    public override string Name => "nat";

    public override string Title => "Translation of addresses and ports, with checksums";

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Tcp, TcpSegment(40_000, 443, Ack)));

    // The address that the program changes; the port and the checksums may be any.
    public override (int Offset, byte Value)? Restored => (30, 198);

    public override IEnumerable<byte[]> Packets =>
    [
        .. Checksums.Select(checksum => Ethernet(EtherTypeIPv4,
            IPv4("192.0.2.1", Udp, [.. UdpDatagram(1, 53)[..6], (byte)(checksum >> 8), (byte)checksum]))),
        Ethernet(EtherTypeVlan, Vlan(5, EtherTypeIPv4,
            IPv4("192.0.2.1", Tcp, TcpSegment(40_000, 80, Ack), optionWords: 2))),
    ];

    public override void Prepare(IReadOnlyDictionary<string, LiveMap> maps)
    {
        foreach (var (port, protocol, to) in new[] { (443, Tcp, 8443), (80, Tcp, 8080), (53, Udp, 5353) })
        {
            maps["services"].Set(
                new Dictionary<string, object>
                {
                    ["Address"] = "198.51.100.7",
                    ["Port"] = port,
                    ["Protocol"] = protocol,
                },
                new Dictionary<string, object> { ["Address"] = "10.9.8.7", ["Port"] = to, ["Unused"] = 0 });
        }
    }

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var services = program.AddMap("services", MapType.Hash, Service, Target, 1024);
        var target = CodeBuilder.Local("target");
        void Translate(CodeBuilder then, HeaderExpression transport, int protocol) => then
            .Assign(target, services[new StructExpression(
            [
                new("Address", P.IPv4["Destination"]), new("Port", transport["DestinationPort"]),
                new("Protocol", protocol),
            ])])
            .If(target.Field("Port") != 0, found => found
                .Assign(P.IPv4["Destination"], target.Field("Address"))
                .Assign(transport["DestinationPort"], target.Field("Port"))
                .Return("Tx"));

        code
            .If(P.IPv4, then => then
                .If(P.Tcp, tcp => Translate(tcp, P.Tcp, Tcp))
                .ElseIf(P.Udp, udp => Translate(udp, P.Udp, Udp)))
            .Return("Pass");
    }
}
