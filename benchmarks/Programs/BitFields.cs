using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class BitFields : Benchmark
{
    private static readonly (string Name, string Bits, EbpfType Type)[] Fields =
    [
        ("class", "!I:22:6", ScalarType.UInt8), ("notification", "!I:20:2", ScalarType.UInt8),
        ("version", "!I:28:4", ScalarType.UInt8), ("words", "!I:24:4", ScalarType.UInt8),
        ("flow", "!I:0:20", ScalarType.UInt32),
    ];

    public override string Name => "bit_fields";

    public override string Title => "Bit fields of a header into a struct";

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2)));

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var last = program.AddVariable("last",
            StructType.Create(Fields.Select(field => KeyValuePair.Create(field.Name, field.Type))));
        foreach (var (name, bits, _) in Fields)
            code.Assign(last.Field(name), program.AddPacketVariable(name, 14, EbpfType.Parse(bits)));
        code.If(last.Field("version") == 4, then => then.Return("Pass")).Return("Drop");
    }
}
