using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class IPv6Extensions : Benchmark
{
    private const int FirstExtension = 54; // without VLAN tags

    public override string Name => "ipv6_extensions";

    public override string Title => "IPv6 extension headers in a loop";

    public override byte[] Packet => Ethernet(EtherTypeIPv6, IPv6("2001:db8::2", HopByHop,
        Extension(Routing, 1, Extension(DestinationOptions, 2, Extension(Udp, 0, UdpDatagram(9, 53))))));

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var protocols = program.AddMap("protocols", MapType.Array, ScalarType.UInt32, ScalarType.UInt64, 256);
        var turn = CodeBuilder.Local("turn");
        var next = CodeBuilder.Local("next", ScalarType.UInt32);
        var offset = CodeBuilder.Local("offset", ScalarType.UInt32);
        var length = CodeBuilder.Local("length", ScalarType.UInt32);
        Expression Is(int protocol) => next == protocol;
        code
            .If((P.Ethernet["EtherType"] != EtherTypeIPv6).Or(!P.IPv6), then => then.Return("Pass"))
            .Assign(next, P.IPv6["NextHeader"])
            .Assign(offset, FirstExtension)
            .For(turn, 0, 7, body => body
                .If(!Is(HopByHop).Or(Is(Routing)).Or(Is(Fragment)).Or(Is(Authentication)).Or(Is(DestinationOptions)),
                    then => then.Break())
                .Assign(length, P.Read(offset + 1, ScalarType.UInt8))
                .If(Is(Fragment),
                    then => then.Assign(length, 8),
                    @else => @else.If(Is(Authentication),
                        then => then.Assign(length, (length + 2) * 4),
                        @else => @else.Assign(length, (length + 1) * 8)))
                .Assign(next, P.Read(offset, ScalarType.UInt8))
                .Increment(offset, length))
            .Increment(protocols[next])
            .Return("Pass");
    }
}
