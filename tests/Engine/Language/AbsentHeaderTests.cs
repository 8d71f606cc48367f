using System.Net;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

/// <summary>What fields of headers mean in packets that do not have the header.</summary>
public sealed class AbsentHeaderTests
{
    private static readonly Expression Port = Packet.Udp.DestinationPort;
    private static readonly Expression Zero = Packet.IPv4.TypeOfService;
    private static readonly IPAddress Sender = new([10, 77, 0, 2]);

    // In Script.Packet() the port is 53, the type of service 0, the address 10.77.0.2.
    private static readonly Dictionary<string, (Expression Condition, bool WhenPresent, bool WhenAbsent)> Conditions =
        new()
        {
            ["equal"] = (Port == 53, true, false),
            ["equal to zero"] = (Zero == 0, true, false),
            ["different"] = (Port != 53, false, true),
            ["different from zero"] = (Zero != 0, false, true),
            ["less"] = (Port < 54, true, false),
            ["at most"] = (Port <= 53, true, false),
            ["greater"] = (Zero > -1, true, false),
            ["at least"] = (Zero >= 0, true, false),
            ["constant first"] = (((Expression)0) == Zero, true, false),
            ["two fields of one header"] = (Packet.Udp.SourcePort == Port, false, false),
            ["two fields differ"] = (Packet.Udp.SourcePort != Port, true, true),
            ["fields of two headers"] = (Packet.Udp.SourcePort == Zero, true, false),
            ["arithmetic"] = (Port - 53 == 0, true, false),
            ["bits"] = ((Port & 1) == 1, true, false),
            ["complement"] = ((~Zero & 0xff) == 0xff, true, false),
            ["cast"] = (Port.Cast(ScalarType.UInt8) == 53, true, false),
            ["quotient"] = (Zero / 2 == 0, true, false),
            ["minimum"] = (Port.Min(10) == 10, true, false),
            ["address"] = (Packet.IPv4.Source == Sender, true, false),
            ["address differs"] = (Packet.IPv4.Source != Sender, false, true),
            ["zero address"] = (Packet.IPv4.Source == IPAddress.Any, false, false),
            ["not equal by not"] = (!(Port == 53), false, true),
            ["equal by not"] = (!(Port != 53), true, false),
            ["one of"] = (Port.In([53, 80]), true, false),
            ["none of"] = (!Port.In([53, 80]), false, true),
            ["truth"] = (Port, true, false),
            ["truth of a difference"] = (Port - 1, true, false),
            ["not true"] = (!Packet.IPv4.Version, false, true),
            ["truth as a number"] = (Port.Cast(ScalarType.Boolean) == true, true, false),
            ["no truth as a number"] = (Port.Cast(ScalarType.Boolean) == false, false, true),
            ["across protocols"] = ((Packet.Tcp.DestinationPort == 80).Or(Port == 53), true, false),
            ["both"] = ((Zero == 0).And(Port == 53), true, false),
            ["exclusive"] = ((Packet.Tcp.DestinationPort == 80).Xor(Port == 53), true, false),
            ["chosen"] = (Expression.Conditional(Packet.Udp, Port, 7) == 7, false, true),
        };

    public static TheoryData<string> Names => [.. Conditions.Keys];

    private static byte[] Arp() => Changed(13, 6);

    // A later fragment has no UDP header.
    private static byte[] Fragment() => Changed(21, 1);

    private static byte[] Changed(int at, byte value)
    {
        var packet = Script.Packet();
        packet[at] = value;
        return packet;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Comparisons_and_conditions_are_false_and_differences_true(string name)
    {
        var (condition, whenPresent, whenAbsent) = Conditions[name];
        Assert.Equal(whenPresent, Script.Value(ScalarType.Boolean, _ => condition.Cast(ScalarType.Boolean)));
        Assert.Equal(whenAbsent, Script.Value(ScalarType.Boolean, _ => condition.Cast(ScalarType.Boolean), Arp()));
        // And the same as a branch.
        foreach (var (packet, expected) in new[] { (Script.Packet(), whenPresent), (Arp(), whenAbsent) })
        {
            var run = Script.Verdict(Script.Define(), c => c.If(condition, then => then.Return("Drop")).Return("Tx"),
                packet);
            Assert.Equal(expected ? "Drop" : "Tx", run.Verdict);
        }
    }

    [Fact]
    public void Allow_list_does_not_fail_open()
    {
        static string Verdict(byte[] packet) => Script.Verdict(Script.Define(), c => c
            .If(Packet.IPv4.Source == Sender, then => then.Return("Pass")).Return("Drop"), packet).Verdict;
        Assert.Equal("Pass", Verdict(Script.Packet()));
        Assert.Equal("Drop", Verdict(Changed(29, 9)));
        Assert.Equal("Drop", Verdict(Arp()));
        Assert.Equal("Drop", Verdict([.. Changed(12, 0x86)[..13], 0xdd, .. new byte[50]]));
        Assert.Equal("Drop", Verdict(Script.Packet()[..33]));
    }

    [Fact]
    public void Other_uses_read_zero()
    {
        foreach (var packet in new[] { Arp(), Fragment() })
        {
            Assert.Equal(0, Script.Number(_ => Port, packet));
            Assert.Equal(7, Script.Number(_ => Port + 7, packet));
            Assert.Equal(IPAddress.IPv6Any, Script.Value(AddressType.IPv6, _ => Packet.IPv6.Source, packet));
        }

        Assert.Equal(IPAddress.Any, Script.Value(AddressType.IPv4, _ => Packet.IPv4.Source, Arp()));
        Assert.Equal(53, Script.Number(_ => Port));
    }

    [Fact]
    public void Local_that_holds_a_field_is_zero()
    {
        var run = Script.Verdict(Script.Define(), c => c
            .Local("port", Port, out var port)
            .If(port == 0, then => then.Return("Tx")).Return("Drop"), Arp());
        Assert.Equal("Tx", run.Verdict);
    }

    [Fact]
    public void Key_is_zero_but_no_key_is_in_a_map()
    {
        var definition = Script.Define();
        var ports = definition.AddMap("ports", MapType.Hash, ScalarType.UInt16, ScalarType.UInt64, 8);
        using var program = Script.Load(definition, c => c
            .Increment(ports[Port])
            .If(ports.Contains(Port), then => then.Return("Drop"))
            .If(!ports.Contains(Port), then => then.Return("Tx")));
        Assert.Equal("Tx", program.TestRun(Arp()).Verdict);
        Assert.Equal("Drop", program.TestRun(Script.Packet()).Verdict);
        Assert.Equal([new MapEntry((ushort)0, 1UL), new MapEntry((ushort)53, 1UL)],
            program.Maps["ports"].Entries().OrderBy(entry => entry.Key));
    }

    [Theory]
    [InlineData(53, "Drop")]
    [InlineData(0, "Aborted")]
    [InlineData(9, "Tx")]
    public void Switch_takes_its_default(int port, string verdict)
    {
        static void Code(CodeBuilder c) => c.Switch(Port, s => s
            .Case(53, then => then.Return("Drop"))
            .Case(0, then => then.Return("Aborted"))
            .Default(then => then.Return("Tx")));
        Assert.Equal(verdict, Script.Verdict(Script.Define(), Code, Changed(37, (byte)port)).Verdict);
        Assert.Equal("Tx", Script.Verdict(Script.Define(), Code, Arp()).Verdict);
    }

    [Fact]
    public void Writes_do_nothing_but_compute_their_value()
    {
        var definition = Script.Define();
        var calls = definition.AddVariable("calls", ScalarType.UInt64);
        var next = definition.AddFunction("next", [], (c, _) => c.Increment(calls).Return(calls));
        using var program = Script.Load(definition, c => c
            .Assign(Port, next.Call())
            .Update(Packet.IPv4.TimeToLive, BinaryOperator.Subtract, 1)
            .Assign(Packet.IPv4.Source, Sender)
            .Return("Tx"));
        var run = program.TestRun(Arp());
        Assert.Equal(("Tx", 1UL), (run.Verdict, program.Variables["calls"].Value));
        Assert.Equal(Arp(), run.Packet);
        run = program.TestRun(Script.Packet());
        Assert.Equal((2, 63), (run.Packet[37], run.Packet[22]));
    }

    [Fact]
    public void Operands_with_effects_are_computed_in_any_case()
    {
        var definition = Script.Define();
        var calls = definition.AddVariable("calls", ScalarType.UInt64);
        var call = definition.AddFunction("next", [], (c, _) => c.Increment(calls).Return(53)).Call();
        using var program = Script.Load(definition, c => c
            .If(Port == call, then => then.Return("Drop"))
            .If(Port + call, then => then.Return("Aborted"))
            .Switch(Port + call, s => s.Case(53, then => then.Return("Aborted"))));
        Assert.Equal("Pass", program.TestRun(Arp()).Verdict);
        Assert.Equal(3UL, program.Variables["calls"].Value);
        Assert.Equal("Drop", program.TestRun(Script.Packet()).Verdict);
    }

    [Theory]
    [InlineData(ProgramType.Tc)]
    [InlineData(ProgramType.SocketFilter)]
    public void Other_program_types_agree(ProgramType type)
    {
        using var program = EbpfProgram.Load(new ProgramDefinition("absent", type).AddCode(c => c
            .If((Packet.Ethernet.EtherType == 0x0800).And(Packet.IPv4.Source == Sender), then => then.Return(1))
            .If(Packet.IPv4.Protocol + 1 != 18, then => then.Return(2))
            .Return(0)));
        Assert.Equal(1, (int)program.TestRun(Script.Packet()).ReturnValue);
        Assert.Equal(0, (int)program.TestRun(Changed(29, 9)).ReturnValue);
        Assert.Equal(2, (int)program.TestRun(Arp()).ReturnValue);
    }

    [Fact]
    public void Use_without_a_test_is_warned_of_at_its_place()
    {
        var definition = Script.Define();
        var result = definition.AddVariable("result", ScalarType.Int64);
        definition.AddCode(c => c
            .If(Packet.Tcp, then => then.Assign(result, Packet.Tcp.SourcePort))
            .If(Packet.Udp.DestinationPort == 53, then => then.Assign(result, Packet.Udp.SourcePort))
            .Assign(result, Packet.Udp.DestinationPort)
            .Assign(Packet.IPv4.TimeToLive, 1));
        var warnings = ProgramCompiler.Compile(definition).Warnings;
        Assert.All(warnings, warning => Assert.Equal(
            (DiagnosticIds.UnguardedField, DiagnosticSeverity.Warning), (warning.Id, warning.Severity)));
        Assert.Equal(
        [
            "Udp.DestinationPort is read without a test for the Udp header: in packets without one it is 0.",
            "IPv4.TimeToLive is assigned without a test for the IPv4 header: in packets without one nothing changes.",
        ], warnings.Select(warning => warning.Problem));
        Assert.Equal(warnings[0].Source!.Line + 1, warnings[1].Source!.Line);
        Assert.EndsWith("AbsentHeaderTests.cs", warnings[0].Source!.File, StringComparison.Ordinal);
    }
}
