using EbpfCat.Bytecode;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

/// <summary>Where headers and their payloads begin, in frames written by hand.</summary>
public sealed class HeaderOffsetTests
{
    private const string Macs = "02000000000102000000000a";
    private const string IPv4 = "0800" + "4500003c00010000400600000a4d00020a4d0001";
    private const string IPv4WithOptions = "0800" + "4600004000010000400600000a4d00020a4d0001" + "01010100";
    private const string IPv6 = "86dd" + "600000000028" + "3c40"
        + "fe800000000000000000000000000002" + "fe800000000000000000000000000001";

    private const string Destination = "0600010400000000";
    private const string Tcp = "d431" + "01bb" + "00000001" + "00000000" + "8018" + "0200" + "0000" + "0000"
        + "0101080a0000000100000002"; // 32 bytes

    private const string Hello = "16030100c8010000c40303"; // the beginning of a TLS ClientHello
    private const string Udp = "d431" + "0035" + "0014" + "0000";

    public static TheoryData<ProgramType, string, string, int, int> Places()
    {
        (string Frame, string Header, int Offset, int Payload)[] table =
        [
            (Macs + IPv4 + Tcp + Hello, "Ethernet", 0, 14),
            (Macs + IPv4 + Tcp + Hello, "IPv4", 14, 34),
            (Macs + IPv4 + Tcp + Hello, "Tcp", 34, 66),
            (Macs + IPv4 + Tcp + Hello, "Transport", 34, 66),
            (Macs + IPv4WithOptions + Tcp + Hello, "IP", 14, 38),
            (Macs + IPv4WithOptions + Tcp + Hello, "Tcp", 38, 70),
            (Macs + "8100" + "0005" + IPv4WithOptions + Tcp + Hello, "Tcp", 42, 74),
            (Macs + "8100" + "0005" + "8100" + "0006" + IPv4 + Tcp + Hello, "InnerVlan", 18, 22),
            (Macs + IPv6 + Destination + Tcp, "IPv6", 14, 54),
            (Macs + IPv6 + Destination + Tcp, "Tcp", 62, 94),
            (Macs + IPv6.Replace("3c40", "1140", StringComparison.Ordinal) + Udp + "000102", "Transport", 54, 62),
            (Macs + IPv4.Replace("4006", "4033", StringComparison.Ordinal) + "3204" + "0000" + "0000000100000002"
                + "000102030405060708090a0b", "Ah", 34, 58),
            (Macs + IPv4.Replace("4006", "402f", StringComparison.Ordinal) + "b000" + "0800" + "00000000"
                + "00000001" + "00000002" + IPv4[4..] + Tcp + Hello, "Gre", 34, 50),
            (Macs + IPv4.Replace("4006", "402f", StringComparison.Ordinal) + "b000" + "0800" + "00000000"
                + "00000001" + "00000002" + IPv4[4..] + Tcp + Hello, "Inner.Tcp", 70, 102),
            (Macs + IPv4 + Udp, "Udp", 0, 0),
            // A data offset of 4 words is less than a TCP header: what it ends before is no payload.
            (Macs + IPv4 + Tcp.Replace("8018", "4018", StringComparison.Ordinal) + Hello, "Tcp", 34, 0),
        ];
        var data = new TheoryData<ProgramType, string, string, int, int>();
        foreach (var type in new[] { ProgramType.Xdp, ProgramType.Tc, ProgramType.SocketFilter })
        {
            foreach (var (frame, header, offset, payload) in table) data.Add(type, frame, header, offset, payload);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Headers_and_payloads_have_offsets(
        ProgramType type, string frame, string header, int offset, int payload)
    {
        var named = new HeaderExpression(PacketHeaders.Find(header)!);
        Assert.Equal(offset, Number(type, frame, named["Offset"]));
        Assert.Equal(payload, Number(type, frame, named["PayloadOffset"]));
    }

    [Fact]
    public void Inner_has_the_offset_of_the_packet_inside() => Assert.Equal(34, Number(ProgramType.Xdp,
        Macs + IPv4.Replace("4006", "4004", StringComparison.Ordinal) + IPv4[4..] + Tcp, Packet.Inner["Offset"]));

    [Theory]
    [InlineData(ProgramType.Xdp)]
    [InlineData(ProgramType.Tc)]
    [InlineData(ProgramType.SocketFilter)]
    public void Bytes_of_a_payload_are_compared_where_there_is_one(ProgramType type)
    {
        var first = Packet.Read(Packet.Tcp.PayloadOffset, ScalarType.UInt8);
        Assert.Equal(1, Number(type, Macs + IPv4WithOptions + Tcp + Hello, first == 0x16));
        // 2 is the first byte of the frame.
        Assert.Equal(0, Number(type, Macs + IPv4 + Udp + Hello + Tcp, first == 2));
        Assert.Equal(1, Number(type, Macs + IPv4.Replace("4006", "4011", StringComparison.Ordinal) + Udp, first != 2));
        Assert.Equal(0, Number(type, Macs + IPv4.Replace("4006", "4011", StringComparison.Ordinal) + Udp, first));
    }

    [Fact]
    public void Missing_payload_ends_the_program_with_the_default_action()
    {
        void Code(CodeBuilder code) => code.If(
            Packet.Read(Packet.Udp.PayloadOffset + 100, ScalarType.UInt8) == 0, then => then.Return("Drop"),
            otherwise => otherwise.Return("Tx"));
        Assert.Equal("Pass", Script.Verdict(Script.Define(), Code).Verdict);
        Assert.Equal("Tx", Script.Verdict(Script.Define(), Code, Convert.FromHexString(Macs + "0806" + "00")).Verdict);
    }

    [Fact]
    public void Writes_to_the_payload_happen_where_there_is_one()
    {
        static void Code(CodeBuilder code) =>
            code.Assign(Packet.Read(Packet.Udp.PayloadOffset + 1, ScalarType.UInt8), 0xaa)
                .Increment(Packet.Read(Packet.Udp.PayloadOffset, ScalarType.UInt8), 3);
        var packet = Script.Packet();
        var run = Script.Verdict(Script.Define(), Code, packet);
        Assert.Equal((3, 0xaa), (run.Packet[42], run.Packet[43]));
        packet[23] = 6;
        Assert.Equal(packet, Script.Verdict(Script.Define(), Code, packet).Packet);
    }

    [Fact]
    public void Offsets_can_only_be_read()
    {
        var error = Assert.Throws<CompileException>(() =>
            ProgramCompiler.Compile(Script.Define().AddCode(code => code.Assign(Packet.Transport.Offset, 1))));
        Assert.Equal(DiagnosticIds.InvalidAssignment, error.Id);
    }

    [Fact]
    public void Tag_beside_the_packet_has_no_offset()
    {
        static ProgramDefinition With(ProgramType type, Expression offset)
        {
            var definition = new ProgramDefinition("tag", type);
            return definition.AddCode(code => code.Assign(definition.AddVariable("n", ScalarType.UInt64), offset));
        }

        ProgramCompiler.Compile(With(ProgramType.Xdp, Packet.Vlan.Offset));
        ProgramCompiler.Compile(With(ProgramType.Tc, Packet.Vlan.PayloadOffset));
        Assert.Equal(DiagnosticIds.NotAvailable, Assert.Throws<CompileException>(
            () => ProgramCompiler.Compile(With(ProgramType.Tc, Packet.Vlan.Offset))).Id);
    }

    [Fact]
    public void Bytes_of_a_payload_are_read_from_its_pointer()
    {
        static int Subtractions(Expression value) => ProgramCompiler
            .Compile(Script.Define().AddCode(code => code.If(value == 7, then => then.Return("Drop"))))
            .Instructions.Count(one => Disassembler.Format(one).Contains(" -= ", StringComparison.Ordinal));
        // The offset is never a number: the program subtracts no more pointers than for a field of the header.
        Assert.Equal(Subtractions(Packet.Udp.Length),
            Subtractions(Packet.Read(Packet.Udp.PayloadOffset + 4, ScalarType.UInt8)));
    }

    private static long Number(ProgramType type, string frame, Expression value)
    {
        var definition = new ProgramDefinition("offsets", type);
        var result = definition.AddVariable("result", ScalarType.Int64);
        definition.AddCode(code => code.Assign(result, value));
        using var program = EbpfProgram.Load(definition);
        program.TestRun(Convert.FromHexString(frame));
        return (long)program.Variables["result"].Value!;
    }
}
