using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class FragmentCounter : Benchmark
{
    public override string Name => "fragments";

    public override string Title => "IPv4 fragments by source";

    public override string WhereClangWins => Tags;

    public override byte[] Packet =>
        Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2), fragment: 0x2000));

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var sources = program.AddMap("sources", MapType.LruHash, AddressType.IPv4, ScalarType.UInt64, 4096);
        var ip = P.IPv4;
        code
            .If(ip, then => then.If((ip["MoreFragments"] == 1).Or(ip["FragmentOffset"] != 0),
                fragment => fragment.Increment(sources[ip["Source"]])))
            .Return("Pass");
    }
}
