using System.Net;
using System.Net.NetworkInformation;
using EbpfCat.Bytecode;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

public sealed class ByteOrderTests
{
    private static readonly byte[] Bytes = [0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7];

    private static byte[] WithBytes()
    {
        var packet = Script.Packet();
        Bytes.CopyTo(packet, 40);
        packet[20] = 40;
        return packet;
    }

    [Theory]
    [InlineData("uint8", 0xf0L)]
    [InlineData("int8", -16L)]
    [InlineData("uint16", 0xf0f1L)]
    [InlineData("int16", -3855L)]
    [InlineData("uint32", 0xf0f1f2f3L)]
    [InlineData("int32", -252579085L)]
    [InlineData("uint64", -1084818905618843913L)]
    [InlineData("int64", -1084818905618843913L)]
    public void Bytes_are_reversed_by_the_width_of_the_type(string type, long value)
    {
        Assert.Equal(value, Script.Number(_ => Packet.Read(40, EbpfType.Parse(type)).ReverseBytes(), WithBytes()));
        Assert.Equal(value, Script.Number(_ => Packet.Read(40, ScalarType.UInt64).Cast(EbpfType.Parse(type))
            .ReverseBytes(), WithBytes()));
    }

    [Fact]
    public void Constant_is_reversed_when_the_program_is_built()
    {
        var definition = Script.Define().AddCode(c => c
            .If(Packet.Read(12, ScalarType.UInt16) == ((Expression)0x0800).Cast(ScalarType.UInt16).ReverseBytes(),
                then => then.Return("Drop")));
        Assert.DoesNotContain(ProgramCompiler.Compile(definition).Instructions,
            i => i.Opcode is Opcode.ToBigEndian or Opcode.ByteSwap);
        Assert.Equal("Drop", Script.Verdict(definition, _ => { }).Verdict);
    }

    [Fact]
    public void Number_without_a_declared_width_is_an_error()
    {
        var local = new Local("local");
        foreach (var number in new Expression[] { 53, local, Packet.Read(12, ScalarType.UInt16) + 1 })
        {
            var error = Assert.Throws<CompileException>(() => ProgramCompiler.Compile(
                Script.Define().AddCode(c => c.Assign(local, Packet.Length).Return(number.ReverseBytes()))));
            Assert.Equal(DiagnosticIds.UnknownWidth, error.Id);
        }
    }

    [Fact]
    public void Addresses_are_read_and_written_at_computed_offsets()
    {
        var offset = Packet.Read(20, ScalarType.UInt8);
        Assert.Equal(IPAddress.Parse("240.241.242.243"),
            Script.Value(AddressType.IPv4, _ => Packet.Read(offset, AddressType.IPv4), WithBytes()));
        Assert.Equal(IPAddress.Parse("f0f1:f2f3:f4f5:f6f7::"),
            Script.Value(AddressType.IPv6, _ => Packet.Read(offset, AddressType.IPv6), WithBytes()));
        Assert.Equal(new PhysicalAddress(Bytes[..6]),
            Script.Value(AddressType.Mac, _ => Packet.Read(offset, AddressType.Mac), WithBytes()));
        var run = Script.Verdict(Script.Define(), c => c
            .Assign(Packet.Read(offset, AddressType.Mac), PhysicalAddress.Parse("02-00-5E-10-00-01"))
            .Assign(Packet.Read(offset + 6, AddressType.IPv4), IPAddress.Parse("10.0.0.1")), WithBytes());
        Assert.Equal([2, 0, 0x5e, 0x10, 0, 1, 10, 0, 0, 1], run.Packet[40..50]);
    }

    [Fact]
    public void Parts_of_a_struct_in_the_packet_are_read_and_written()
    {
        var type = StructType.Create([new("Port", EbpfType.Parse("!H")), new("Bytes", EbpfType.Parse("byte[4]"))]);
        var place = Packet.Read(40, type);
        Assert.Equal(0xf0f1, Script.Number(_ => place.Field("Port"), WithBytes()));
        Assert.Equal(0xf4 + 1, Script.Number(_ => place.Field("Bytes").Element(2) + 1, WithBytes()));
        var run = Script.Verdict(Script.Define(), c => c
            .Assign(place.Field("Port"), 80).Assign(place.Field("Bytes").Element(1), 7), WithBytes());
        Assert.Equal([0, 80, 0xf2, 7, 0xf4], run.Packet[40..45]);
        var error = Assert.Throws<CompileException>(() => ProgramCompiler.Compile(
            new ProgramDefinition("copy", ProgramType.SocketFilter).AddCode(c => c.Assign(place.Field("Port"), 80))));
        Assert.Equal(DiagnosticIds.ReadOnlyPacket, error.Id);
    }

    [Fact]
    public void Warns_of_an_address_of_bytes_in_the_order_of_the_processor()
    {
        var raw = Packet.Read(26, ScalarType.UInt32);
        var local = new Local("local");
        var definition = Script.Define();
        var address = definition.AddVariable("address", AddressType.IPv4);
        var number = definition.AddPacketVariable("number", 26, ScalarType.UInt32);
        var sources = definition.AddMap("sources", MapType.Hash, AddressType.IPv4, ScalarType.UInt64, 8);
        Warned(c => c.Assign(address, raw));
        Warned(c => c.Assign(address, raw.Cast(ScalarType.UInt32).Cast(AddressType.IPv4)));
        Warned(c => c.Assign(address, number));
        Warned(c => c.Assign(local, raw).Assign(address, local));
        Warned(c => c.Assign(sources[raw], 1));
        Silent(c => c.Assign(address, Packet.Read(26, EbpfType.Parse("!I"))));
        Silent(c => c.Assign(address, Packet.Read(26, AddressType.IPv4)));
        Silent(c => c.Assign(address, raw.ReverseBytes()));
        Silent(c => c.Assign(address, raw & 255));
        Silent(c => c.Assign(local, raw).Assign(local, (Expression)local + 1).Assign(address, local));

        void Warned(Action<CodeBuilder> code) => Assert.Equal([DiagnosticIds.ReversedAddress], WarningsOf(code));
        void Silent(Action<CodeBuilder> code) => Assert.Empty(WarningsOf(code));
        IEnumerable<string> WarningsOf(Action<CodeBuilder> code) =>
            ProgramCompiler.Compile(definition.Copy().AddCode(code)).Warnings.Select(warning => warning.Id);
    }
}
