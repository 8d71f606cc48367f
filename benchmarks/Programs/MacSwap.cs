using EbpfCat.Language;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class MacSwap : Benchmark
{
    public override string Name => "mac_swap";

    public override string Title => "MAC swap and return";

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2)));

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var destination = CodeBuilder.Local("destination");
        code
            .If(!P.Ethernet, then => then.Return("Pass"))
            .Assign(destination, P.Ethernet["Destination"])
            .Assign(P.Ethernet["Destination"], P.Ethernet["Source"])
            .Assign(P.Ethernet["Source"], destination)
            .Return("Tx");
    }
}
