using EbpfCat.Benchmarks.Packets;
using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class Counter : Benchmark
{
    public override string Name => "counter";

    public override string Title => "Counter";

    public override byte[] Packet => Ethernet(EtherTypeIPv4, IPv4("192.0.2.1", Udp, UdpDatagram(1, 2)));

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var packets = program.AddVariable("packets", ScalarType.UInt64);
        code.Increment(packets).Return("Pass");
    }
}
