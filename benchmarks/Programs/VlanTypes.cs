using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class VlanTypes : Benchmark
{
    private static readonly EbpfType EtherType = ScalarType.UInt16.WithByteOrder(ByteOrder.BigEndian);

    public override string Name => "vlan";

    public override string Title => "VLAN and double VLAN";

    public override byte[] Packet => Ethernet(
        EtherTypeServiceVlan,
        Vlan(100, EtherTypeVlan, Vlan(7, EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2)))));

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var tagged = program.AddVariable("tagged", ScalarType.UInt64);
        var doubleTagged = program.AddVariable("doubleTagged", ScalarType.UInt64);
        var vlans = program.AddMap("vlans", MapType.Array, ScalarType.UInt32, ScalarType.UInt64, 4096);
        var types = program.AddMap("types", MapType.Hash, EtherType, ScalarType.UInt64, 1024);
        var type = CodeBuilder.Local("type");
        code
            .If(!P.Ethernet, then => then.Return("Pass"))
            .Assign(type, P.Ethernet["EtherType"])
            .If(P.Vlan, then => then
                .Increment(vlans[P.Vlan["Id"]])
                .Assign(type, P.Vlan["EtherType"])
                .If(P.InnerVlan,
                    then => then.Assign(type, P.InnerVlan["EtherType"]).Increment(doubleTagged),
                    @else => @else.Increment(tagged)))
            .Increment(types[type])
            .Return("Pass");
    }
}
