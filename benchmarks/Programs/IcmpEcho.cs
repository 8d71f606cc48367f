using EbpfCat.Language;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class IcmpEcho : Benchmark
{
    private const int TypeOffset = 34;
    private const int EchoRequest = 8;

    public override string Name => "icmp_echo";

    public override string Title => "ICMP echo responder";

    public override string WhereClangWins =>
        "only in time: the script converts the checksum from network byte order and back; the C adds to it in place.";

    public override byte[] Packet =>
        Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Icmp, IcmpMessage(EchoRequest, 0, new byte[48])));

    public override (int Offset, byte Value)? Restored => (TypeOffset, (byte)EchoRequest);

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var hardwareAddress = CodeBuilder.Local("hardwareAddress");
        var address = CodeBuilder.Local("address");
        var sum = CodeBuilder.Local("sum");
        code
            .If(!P.Icmp, then => then.Return("Pass"))
            .If((P.Icmp["Type"] != EchoRequest).Or(P.Icmp["Code"] != 0), then => then.Return("Pass"))
            .Assign(hardwareAddress, P.Ethernet["Destination"])
            .Assign(P.Ethernet["Destination"], P.Ethernet["Source"])
            .Assign(P.Ethernet["Source"], hardwareAddress)
            .Assign(address, P.IPv4["Source"])
            .Assign(P.IPv4["Source"], P.IPv4["Destination"])
            .Assign(P.IPv4["Destination"], address)
            // The sum of the addresses stays, so that the program leaves this checksum as it is.
            .Assign(P.IPv4["Checksum"], P.IPv4["Checksum"])
            .Assign(P.Icmp["Type"], 0)
            .Assign(sum, P.Icmp["Checksum"] + (EchoRequest << 8))
            .Assign(P.Icmp["Checksum"], sum + Expression.Conditional(sum >= 0xffff, 1, 0))
            .Return("Tx");
    }
}
