using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

public sealed class PacketExpressionTests
{
    [Theory]
    [InlineData(14, false, true)]
    [InlineData(20, false, false)]
    [InlineData(21, true, false)]
    public void Packet_size_can_be_compared(int size, bool isLong, bool isShort)
    {
        Assert.Equal(isLong, Script.Value(ScalarType.Boolean, _ => Packet.Length > 20, new byte[size]));
        Assert.Equal(isShort, Script.Value(ScalarType.Boolean, _ => Packet.Length <= 14, new byte[size]));
    }

    [Theory]
    [InlineData("B", 0xf0L)]
    [InlineData("b", -16L)]
    [InlineData("H", 0xf1f0L)]
    [InlineData("!H", 0xf0f1L)]
    [InlineData("h", -3600L)]
    [InlineData("I", 0xf3f2f1f0L)]
    [InlineData(">I", 0xf0f1f2f3L)]
    [InlineData("i", -202182160L)]
    [InlineData("<q", -579005069656919568L)]
    [InlineData("!q", -1084818905618843913L)]
    public void Raw_reads_support_every_width_sign_and_byte_order(string type, long value)
    {
        var packet = new byte[64];
        for (var index = 0; index < 8; index++) packet[40 + index] = (byte)(0xf0 + index);
        packet[20] = 40;
        Assert.Equal(value, Script.Number(_ => Packet.Read(40, EbpfType.Parse(type)), packet));
        Assert.Equal(
            value, Script.Number(_ => Packet.Read(Packet.Read(20, ScalarType.UInt8), EbpfType.Parse(type)), packet));
    }

    [Theory]
    [InlineData("B", new byte[] { 0x0b, 0, 0, 0 })]
    [InlineData("H", new byte[] { 0x0b, 0x0a, 0, 0 })]
    [InlineData("<H", new byte[] { 0x0b, 0x0a, 0, 0 })]
    [InlineData(">H", new byte[] { 0x0a, 0x0b, 0, 0 })]
    [InlineData("!I", new byte[] { 0, 0, 0x0a, 0x0b })]
    public void Packet_variable_uses_its_byte_order(string type, byte[] bytes)
    {
        var definition = Script.Define();
        var place = definition.AddPacketVariable("place", 40, EbpfType.Parse(type));
        var run =
            Script.Verdict(definition, c => c.Assign(place, 0x0a0b).If(place == 0x0a0b, then => then.Return("Tx")));
        Assert.Equal(bytes, run.Packet[40..44]);
        Assert.Equal(type == "B" ? "Pass" : "Tx", run.Verdict);
    }

    [Fact]
    public void Writing_a_bit_field_keeps_the_other_bits()
    {
        var packet = Script.Packet();
        packet[40] = 0b1011_0101;
        var definition = Script.Define();
        var high = definition.AddPacketVariable("high", 40, ScalarType.UInt8, 4, 4);
        var bit = definition.AddPacketVariable("bit", 40, ScalarType.UInt8, 2, 1);
        var run = Script.Verdict(definition, c => c
            .If((high == 0b1011).And(bit), then => then.Assign(high, 2).Assign(bit, 0).Return("Tx")), packet);
        Assert.Equal(("Tx", 0b0010_0001), (run.Verdict, run.Packet[40]));
    }

    [Fact]
    public void Bits_outside_of_the_type_are_refused()
    {
        var refusal =
            Assert.Throws<CompileException>(() => Script.Define().AddPacketVariable("bits", 0, ScalarType.UInt8, 6, 4));
        Assert.Contains("bits 6 to 9", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Packet_that_is_too_short_gets_the_default_verdict()
    {
        static ProgramDefinition Define() => new("short", ProgramType.Xdp) { DefaultAction = "Aborted" };
        Assert.Equal("Aborted", Script.Verdict(
            Define(), c => c.If(Packet.Read(64, ScalarType.UInt8) == 1, t => t.Return("Drop")).Return("Tx")).Verdict);
        Assert.Equal("Tx", Script.Verdict(
            Define(), c => c.If(Packet.Read(63, ScalarType.UInt8) == 1, t => t.Return("Drop")).Return("Tx")).Verdict);
    }

    [Theory]
    [InlineData(59, "Drop")]
    [InlineData(60, "Tx")]
    public void Packet_below_the_minimum_size_gets_the_default_verdict(int size, string verdict)
    {
        var definition =
            new ProgramDefinition("minimum", ProgramType.Xdp) { MinimumPacketSize = 60, DefaultAction = "Drop" };
        Assert.Equal(verdict, Script.Verdict(definition, c => c.Return("Tx"), new byte[size]).Verdict);
    }

    [Fact]
    public void Field_that_a_header_lacks_is_refused_with_the_nearest()
    {
        var error = Assert.Throws<CompileException>(() => Packet.Udp.Field("DestinationPrt"));
        Assert.Equal(DiagnosticIds.UnknownField, error.Id);
        Assert.Contains("DestinationPort", error.Message, StringComparison.Ordinal);
        Assert.Equal("SourcePort", Packet.Udp.Field("sourceport").HeaderField.Name);
    }

    [Fact]
    public void Headers_have_fields_and_can_be_tested_for_presence()
    {
        var run = Script.Verdict(Script.Define(), c => c
            .If(Packet.Tcp, then => then.Return("Drop"))
            .If(Packet.Udp, then => then.Assign(Packet.Udp["DestinationPort"], 0x1234).Return("Tx")));
        Assert.Equal(("Tx", 0x12, 0x34), (run.Verdict, run.Packet[36], run.Packet[37]));
    }
}
