using System.Net;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

/// <summary><c>packet.IP</c> and <c>packet.Transport</c>: whichever of several headers is present.</summary>
public sealed class AlternativeHeaderTests
{
    private const string Macs = "02000000000102000000000a";
    private const string IPv6Addresses = "fd000000000000000000000000000002" + "fd000000000000000000000000000001";
    private const string Ports = "0fa10035";
    private const string Udp = Ports + "00080000";
    private const string Tcp = Ports + "0000000100000002501010000000" + "0000";
    private const string Sctp = Ports + "01020304" + "00000000";

    private static readonly string IPv4Addresses = "0a4d0002" + "0a4d0001";

    public static TheoryData<ProgramType, string, string> Frames()
    {
        var data = new TheoryData<ProgramType, string, string>();
        foreach (var type in new[] { ProgramType.Xdp, ProgramType.Tc, ProgramType.SocketFilter })
        {
            foreach (var (bytes, found) in Table()) data.Add(type, Macs + bytes, found);
        }

        return data;
    }

    private static IEnumerable<(string Bytes, string Found)> Table()
    {
        string IPv4(string protocol, string rest, string fragment = "0000", string head = "45") => "0800" + head + "00"
            + (20 + rest.Length / 2).ToString("x4", null) + "0001" + fragment + "40" + protocol + "0000"
            + IPv4Addresses + rest;
        string IPv6(string next, string rest) => "86dd" + "60000000" + (rest.Length / 2).ToString("x4", null) + next
            + "41" + IPv6Addresses + rest;
        const string ports = "4001>53";
        const string four = "10.77.0.2>10.77.0.1 v4 hops=64";
        const string six = "fd00::2>fd00::1 v6 hops=65";
        yield return (IPv4("11", Udp), $"{four} protocol=17 length=28 {ports}");
        yield return (IPv4("06", Tcp), $"{four} protocol=6 length=40 {ports}");
        yield return (IPv4("84", Sctp), $"{four} protocol=132 length=32 {ports}");
        yield return (IPv4("11", "01010101" + Udp, head: "46"), $"{four} protocol=17 length=32 {ports}");
        yield return (IPv4("06", Tcp[..^2]), $"{four} protocol=6 length=39");
        yield return (IPv4("11", Udp, fragment: "2001"), $"{four} protocol=17 length=28");
        yield return (IPv4("01", "0800000000010001"), $"{four} protocol=1 length=28");
        yield return ("8100" + "0064" + IPv4("11", Udp), $"{four} protocol=17 length=28 {ports}");
        yield return (IPv6("11", Udp), $"{six} protocol=17 length=48 {ports}");
        yield return (IPv6("84", Sctp), $"{six} protocol=132 length=52 {ports}");
        yield return ("88a8" + "0064" + "8100" + "0007" + IPv6("06", Tcp), $"{six} protocol=6 length=60 {ports}");
        yield return (IPv6("00", "3c00010400000000" + "0600010400000000" + Tcp),
            $"{six} protocol=6 length=76 {ports}");
        yield return (IPv6("3c", "3a00010400000000" + "8000000000010002"), $"{six} protocol=58 length=56");
        yield return (IPv6("2c", "1100000100001234" + Udp), $"{six} protocol=17 length=56 {ports}");
        yield return (IPv6("00", "2c00010400000000" + "0600032000001234" + Tcp), $"{six} protocol=6 length=76");
        // Options that end behind the packet: the header that they name is not there.
        yield return (IPv6("00", "1103010400000000"), $"{six} protocol=17 length=48");
        yield return (IPv6("00", "11030104"), $"{six} protocol=0 length=44");
        yield return (IPv6("32", "0000000100000001"), $"{six} protocol=50 length=48");
        yield return (IPv6("3b", ""), $"{six} protocol=59 length=40");
        yield return ("0806" + "0001080006040001" + "02000000000a0a4d0002" + "0200000000010a4d0001", "");
        yield return ("88b5" + Udp, "");
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public void Fields_are_those_of_the_header_that_is_present(ProgramType type, string frame, string found)
    {
        var definition = new ProgramDefinition("either", type);
        string[] names = ["isIP", "version", "hops", "protocol", "length", "isTransport", "from", "to"];
        var numbers = names.ToDictionary(n => n, n => definition.AddVariable(n, ScalarType.Int32, initialValue: -1));
        var source = definition.AddVariable("source", AddressType.IPAddress);
        var destination = definition.AddVariable("destination", AddressType.IPAddress);
        definition.AddCode(code => code
            .Assign(source, Packet.IP.Source).Assign(destination, Packet.IP.Destination)
            .Assign(numbers["version"], Packet.IP.Version).Assign(numbers["hops"], Packet.IP.HopLimit)
            .Assign(numbers["protocol"], Packet.IP.Protocol).Assign(numbers["length"], Packet.IP.Length)
            .Assign(numbers["from"], Packet.Transport.SourcePort)
            .If(Packet.IP, then => then.Assign(numbers["isIP"], 1))
            .If(Packet.Transport, then => then
                .Assign(numbers["isTransport"], 1).Assign(numbers["to"], Packet.Transport.DestinationPort)));
        using var program = EbpfProgram.Load(definition);
        program.TestRun(Convert.FromHexString(frame));
        int Number(string name) => (int)program.Variables[name].Value!;
        Assert.Equal(Number("isTransport") == 1, Number("to") != -1);
        var ip = Number("isIP") == 1
            ? $"{program.Variables["source"].Value}>{program.Variables["destination"].Value} v{Number("version")} "
                + $"hops={Number("hops")} protocol={Number("protocol")} length={Number("length")}"
            : "";
        var transport = Number("isTransport") == 1 ? $" {Number("from")}>{Number("to")}" : "";
        Assert.Equal(found, ip + transport);
        if (ip.Length == 0)
        {
            Assert.Equal((IPAddress.IPv6Any, 0, 0, 0), ((IPAddress)program.Variables["source"].Value!, Number("hops"),
                Number("protocol"), Number("length")));
        }
    }

    private static byte[] Frame(bool isIPv6) => Convert.FromHexString(Macs + (isIPv6
        ? "86dd" + "60000000" + "0008" + "11" + "40" + IPv6Addresses
        : "0800" + "4500001c" + "00010000" + "4011" + "0000" + IPv4Addresses) + Udp);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Addresses_compare_and_are_keys(bool isIPv6)
    {
        var sender = IPAddress.Parse(isIPv6 ? "fd00::2" : "10.77.0.2");
        var definition = Script.Define();
        var packets = definition.AddMap("packets", MapType.Hash, AddressType.IPAddress, ScalarType.UInt64, 8);
        var networks = definition.AddMap("networks", MapType.LpmTrie, EbpfType.Parse("ipprefix"), ScalarType.UInt64, 8);
        using var program = Script.Load(definition, code => code
            .Assign(packets[Packet.IP.Source], packets[Packet.IP.Source] + 1)
            .If(!(Packet.IP.Source == "10.77.0.2").Or(Packet.IP.Source == "fd00::2"), then => then.Return("Aborted"))
            .If(Packet.IP.Destination == sender, then => then.Return("Aborted"))
            .If(networks.Contains(Packet.IP.Source), then => then.Return("Drop")).Return("Tx"));
        Assert.Equal("Tx", program.TestRun(Frame(isIPv6)).Verdict);
        program.Maps["networks"].Set(isIPv6 ? "fd00::/16" : "10.0.0.0/8", 1UL);
        Assert.Equal("Drop", program.TestRun(Frame(isIPv6)).Verdict);
        Assert.Equal("Tx", program.TestRun(Frame(!isIPv6)).Verdict);
        Assert.Equal(2UL, program.Maps["packets"].Get(sender));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Field_of_the_same_type_in_both_is_assigned_in_either(bool isIPv6)
    {
        var run = Script.Verdict(Script.Define(), code => code
            .Update(Packet.IP.HopLimit, BinaryOperator.Subtract, Packet.IP.HopLimit / 2 + 1)
            .Assign(Packet.Transport.SourcePort, Packet.Transport.DestinationPort)
            .Assign(Packet.Transport.DestinationPort, 80).Return("Tx"), Frame(isIPv6));
        Assert.Equal(31, run.Packet[isIPv6 ? 21 : 22]);
        Assert.Equal([0, 53, 0, 80], run.Packet[^8..^4]);
        var arp = (byte[])[.. Frame(isIPv6)];
        (arp[12], arp[13]) = (8, 6);
        Assert.Equal(arp, Script.Verdict(Script.Define(), code => code
            .Assign(Packet.IP.HopLimit, 1).Assign(Packet.Transport.SourcePort, 1).Return("Tx"), arp).Packet);
    }

    [Theory]
    [InlineData("Source", "IPv4.Source or IPv6.Source")]
    [InlineData("Protocol", "IPv4.Protocol or IPv6.NextHeader")]
    [InlineData("Length", "IPv4.TotalLength or IPv6.PayloadLength")]
    public void Field_that_differs_can_only_be_read(string field, string others)
    {
        var error = Assert.Throws<CompileException>(() =>
            EbpfProgram.Compile(Script.Define().AddCode(code => code.Assign(Packet.IP[field], 0)))).Diagnostics[0];
        Assert.Equal((DiagnosticIds.InvalidAssignment, $"Assign {others}, where that header is present."),
            (error.Id, error.Suggestion));
    }

    [Fact]
    public void Protocol_has_the_names_of_headers()
    {
        foreach (var isIPv6 in new[] { false, true })
        {
            Assert.Equal("Drop", Script.Verdict(Script.Define(), code => code
                .If(Packet.IP.Protocol == "Udp", then => then.Return("Drop")).Return("Tx"), Frame(isIPv6)).Verdict);
        }
    }

    [Fact]
    public void Fields_without_a_test_for_one_of_the_headers_are_warned_of()
    {
        string[] Warnings(Func<CodeBuilder, CodeBuilder> code)
        {
            var definition = Script.Define();
            definition.AddCode(builder => code(builder));
            return [.. ProgramCompiler.Compile(definition).Warnings.Select(one => one.Problem.Split(" without")[0])];
        }

        var value = new Local("value");
        Assert.Equal(["IP.Source is read"], Warnings(code => code.Assign(value, Packet.IP.Source)));
        Assert.Equal(["IP.Length is read"], Warnings(code => code.Assign(value, Packet.IP.Length)));
        Assert.Equal(["IP.Protocol is read"], Warnings(code => code.Assign(value, Packet.IP.Protocol)));
        Assert.Equal(["IP.HopLimit is assigned"], Warnings(code => code.Assign(Packet.IP.HopLimit, 1)));
        Assert.Equal(["Transport.SourcePort is read"],
            Warnings(code => code.Assign(value, Packet.Transport.SourcePort)));
        (string Name, Expression Test)[] tests =
        [
            ("IP", Packet.IP), ("IPv4", Packet.IPv4), ("either", Packet.IPv6.Or(Packet.IPv4)), ("TCP", Packet.Tcp),
            ("transport", Packet.Transport), ("ICMP", Packet.Icmp6), ("protocol", Packet.IP.Protocol == "Udp"),
            ("address", Packet.IP.Source == "10.77.0.2"),
        ];
        foreach (var (name, test) in tests)
        {
            Assert.Equal((name, ""), (name, string.Join(", ", Warnings(code => code.If(test, then => then
                .Assign(value, Packet.IP.Length + Packet.IP.Protocol).Assign(Packet.IP.HopLimit, 1))))));
        }

        foreach (var test in new Expression[] { Packet.Transport, Packet.Udp, Packet.Tcp.Or(Packet.Udp) })
        {
            Assert.Empty(Warnings(code => code.If(test, then => then
                .Assign(value, Packet.Transport.SourcePort).Assign(value, Packet.IP.HopLimit))));
        }
    }
}
