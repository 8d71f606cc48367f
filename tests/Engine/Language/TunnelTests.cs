using System.Net.NetworkInformation;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

/// <summary>The packet inside a tunnel is found, with its headers, in all program types that see frames.</summary>
public sealed class TunnelTests
{
    private const string Macs = "02000000000102000000000a";
    private const string InnerMacs = "0200000000bb0200000000aa";
    private const string InnerUdp = "c0000035000c0000" + "11223344";
    private const string InnerTcp = "c00001bb0000000100000002501010000000000000000000";

    private static readonly string[] Names =
    [
        "Inner", "Mac", "Vlan", "InnerVlan", "IPv4", "IPv6", "Arp", "Tcp", "Udp", "Gre", "GreType", "Vxlan", "Geneve",
        "OuterIPv4", "OuterUdp",
    ];

    private static string IPv4(string protocol, string rest, string ttl = "40", string options = "",
        string fragment = "0000") => (0x45 + (options.Length / 8)).ToString("x2", null) + "00"
        + (20 + ((options.Length + rest.Length) / 2)).ToString("x4", null) + "0001" + fragment + ttl + protocol + "0000"
        + "0a4d0002" + "0a4d0001" + options + rest;

    private static string IPv6(string next, string rest, string limit = "40") => "60000000"
        + (rest.Length / 2).ToString("x4", null) + next + limit + "fd000000000000000000000000000002"
        + "fd000000000000000000000000000001" + rest;

    private static string Udp(string port, string rest, string source = "c001") =>
        source + port + (8 + (rest.Length / 2)).ToString("x4", null) + "0000" + rest;

    private static IEnumerable<(string Name, string Bytes, string Found)> Table()
    {
        string Outer(string protocol, string rest) => "0800" + IPv4(protocol, rest);
        var inner4 = IPv4("11", InnerUdp, "21");
        var inner6 = IPv6("06", InnerTcp, "22");
        var frame4 = InnerMacs + "0800" + inner4;
        var frame6 = InnerMacs + "8100" + "0005" + "86dd" + inner6;
        const string vxlan = "0800000000002a00";
        const string udp = "OuterIPv4=64 OuterUdp=49153";
        yield return ("no tunnel", Outer("11", Udp("0035", "00000000")), udp);
        yield return ("IPv4 in IPv4", Outer("04", inner4), "Inner=1 IPv4=33 Udp=53 OuterIPv4=64");
        yield return ("IPv6 in IPv4", Outer("29", inner6), "Inner=1 IPv6=34 Tcp=443 OuterIPv4=64");
        yield return ("IPv4 in IPv6", "86dd" + IPv6("04", inner4), "Inner=1 IPv4=33 Udp=53");
        yield return ("IPv6 in IPv6", "86dd" + IPv6("29", inner6), "Inner=1 IPv6=34 Tcp=443");
        yield return ("IPv6 in IPv6 behind options", "86dd" + IPv6("3c", "2900010400000000" + inner6),
            "Inner=1 IPv6=34 Tcp=443");
        yield return ("IPv4 with options in IPv4 with options",
            "0800" + IPv4("04", IPv4("11", InnerUdp, "21", "0101010001010100"), options: "01010100"),
            "Inner=1 IPv4=33 Udp=53 OuterIPv4=64");
        yield return ("later fragment of a tunnel", "0800" + IPv4("04", inner4, fragment: "0010"), "OuterIPv4=64");
        yield return ("fragment in a tunnel", Outer("04", IPv4("11", InnerUdp, "21", fragment: "0010")),
            "Inner=1 IPv4=33 OuterIPv4=64");
        yield return ("cut inner header", Outer("04", inner4[..30]), "Inner=1 OuterIPv4=64");
        yield return ("short inner header", Outer("04", "44" + inner4[2..]), "Inner=1 IPv4=33 OuterIPv4=64");
        yield return ("behind two tags", "88a8" + "0064" + "8100" + "0007" + Outer("04", inner4),
            "Inner=1 IPv4=33 Udp=53 OuterIPv4=64");
        yield return ("GRE", Outer("2f", "00000800" + inner4),
            "Inner=1 IPv4=33 Udp=53 Gre=1 GreType=2048 OuterIPv4=64");
        yield return ("GRE of IPv6 with a key", Outer("2f", "200086dd" + "00000007" + inner6),
            "Inner=1 IPv6=34 Tcp=443 Gre=1 GreType=34525 OuterIPv4=64");
        yield return ("GRE of Ethernet with all parts", Outer("2f", "b0006558" + "aaaa0000" + "00000007" + "00000001"
            + frame6), "Inner=1 Mac=170 Vlan=5 IPv6=34 Tcp=443 Gre=1 GreType=25944 OuterIPv4=64");
        yield return ("GRE in IPv6", "86dd" + IPv6("2f", "30000800" + "00000007" + "00000001" + inner4),
            "Inner=1 IPv4=33 Udp=53 Gre=1 GreType=2048");
        yield return ("GRE of version 1", Outer("2f", "00010800" + inner4), "Gre=1 GreType=2048 OuterIPv4=64");
        yield return ("GRE with routing", Outer("2f", "40000800" + "00000000" + inner4),
            "Gre=1 GreType=2048 OuterIPv4=64");
        yield return ("GRE of something else", Outer("2f", "00000806" + inner4), "Gre=1 GreType=2054 OuterIPv4=64");
        yield return ("cut GRE", Outer("2f", "000008"), "OuterIPv4=64");
        yield return ("VXLAN", Outer("11", Udp("12b5", vxlan + frame4)),
            $"Inner=1 Mac=170 IPv4=33 Udp=53 Vxlan=42 {udp}");
        yield return ("VXLAN to Linux's port, of a tagged frame", Outer("11", Udp("2118", vxlan + frame6)),
            $"Inner=1 Mac=170 Vlan=5 IPv6=34 Tcp=443 Vxlan=42 {udp}");
        yield return ("VXLAN in IPv6 of ARP behind two tags", "86dd" + IPv6("11", Udp("12b5", vxlan + InnerMacs
            + "88a8" + "0005" + "8100" + "0006" + "0806" + "0001080006040002" + "02000000000a0a4d0002"
            + "0200000000010a4d0001")), "Inner=1 Mac=170 Vlan=5 InnerVlan=6 Arp=2 Vxlan=42 OuterUdp=49153");
        yield return ("from VXLAN's port", Outer("11", Udp("0035", vxlan + frame4, "12b5")),
            "OuterIPv4=64 OuterUdp=4789");
        yield return ("Geneve of Ethernet", Outer("11", Udp("17c1", "0000655800002a00" + frame4)),
            $"Inner=1 Mac=170 IPv4=33 Udp=53 Geneve=42 {udp}");
        yield return ("Geneve of IPv6 with options", Outer("11", Udp("17c1", "034086dd00002a00" + "000180020000000a"
            + "0badcafe" + inner6)), $"Inner=1 IPv6=34 Tcp=443 Geneve=42 {udp}");
        yield return ("Geneve of version 1", Outer("11", Udp("17c1", "4000655800002a00" + frame4)),
            $"Geneve=42 {udp}");
        yield return ("Geneve with options that end outside", Outer("11", Udp("17c1", "3f00655800002a00" + frame4)),
            $"Inner=1 Geneve=42 {udp}");
        yield return ("tunnel in a tunnel", Outer("04", IPv4("04", inner4, "21")), "Inner=1 IPv4=33 OuterIPv4=64");
    }

    public static TheoryData<ProgramType, string, string, string> Frames()
    {
        var data = new TheoryData<ProgramType, string, string, string>();
        foreach (var type in new[] { ProgramType.Xdp, ProgramType.Tc, ProgramType.SocketFilter })
        {
            foreach (var (name, bytes, found) in Table()) data.Add(type, name, Macs + bytes, found);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public void Headers_inside_a_tunnel_are_found(ProgramType type, string name, string frame, string found)
    {
        Assert.NotEmpty(name);
        var definition = new ProgramDefinition("tunnels", type);
        var values = Names.ToDictionary(n => n, n => definition.AddVariable(n, ScalarType.Int32, initialValue: -1));
        var inner = Packet.Inner;
        definition.AddCode(code => code
            .If(inner, then => then.Assign(values["Inner"], 1))
            .If(inner.Ethernet.Source == new ConstantExpression(PhysicalAddress.Parse("0200000000AA")),
                then => then.Assign(values["Mac"], 170))
            .If(inner.Vlan, then => then.Assign(values["Vlan"], inner.Vlan.Id))
            .If(inner.InnerVlan, then => then.Assign(values["InnerVlan"], inner.InnerVlan.Id))
            .If(inner.IPv4, then => then.Assign(values["IPv4"], inner.IPv4.TimeToLive))
            .If(inner.IPv6, then => then.Assign(values["IPv6"], inner.IPv6.HopLimit))
            .If(inner.Arp, then => then.Assign(values["Arp"], inner.Arp.Operation))
            .If(inner.Tcp, then => then.Assign(values["Tcp"], inner.Tcp.DestinationPort))
            .If(inner.Udp, then => then.Assign(values["Udp"], inner.Udp.DestinationPort))
            .If(Packet.Gre, then => then.Assign(values["Gre"], 1).Assign(values["GreType"], Packet.Gre.ProtocolType))
            .If(Packet.Vxlan, then => then.Assign(values["Vxlan"], Packet.Vxlan.Vni))
            .If(Packet.Geneve, then => then.Assign(values["Geneve"], Packet.Geneve.Vni))
            .If(Packet.IPv4, then => then.Assign(values["OuterIPv4"], Packet.IPv4.TimeToLive))
            .If(Packet.Udp, then => then.Assign(values["OuterUdp"], Packet.Udp.SourcePort)));
        using var program = EbpfProgram.Load(definition);
        program.TestRun(Convert.FromHexString(frame));
        Assert.Equal(found, string.Join(' ', Names.Select(n => (Name: n, Value: (int)program.Variables[n].Value!))
            .Where(v => v.Value != -1).Select(v => $"{v.Name}={v.Value}")));
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public void One_header_inside_a_tunnel_is_found_as_well(ProgramType type, string name, string frame, string found)
    {
        Assert.NotEmpty(name);
        foreach (var header in new HeaderExpression[]
            { Packet.Inner, Packet.Inner.IPv4, Packet.Inner.IPv6, Packet.Inner.Tcp, Packet.Inner.InnerVlan })
        {
            var definition = new ProgramDefinition("tunnels", type);
            var there = definition.AddVariable("there", ScalarType.Boolean);
            definition.AddCode(code => code.Assign(there, header));
            using var program = EbpfProgram.Load(definition);
            program.TestRun(Convert.FromHexString(frame));
            var expected = header.Header.Name.Split('.')[^1];
            var isThere = $" {found}".Contains($" {expected}=", StringComparison.Ordinal);
            Assert.Equal((expected, isThere), (expected, (bool)program.Variables["there"].Value!));
        }
    }

    private static IEnumerable<(string Bytes, string Found)> Alternatives()
    {
        string Outer(string protocol, string rest) => "0800" + IPv4(protocol, rest);
        const string vxlan = "0800000000002a00";
        const string sctp = "c0000050" + "01020304" + "00000000";
        const string four = "10.77.0.2>10.77.0.1 v4 hops=33";
        const string six = "fd00::2>fd00::1 v6 hops=34";
        yield return (Outer("11", Udp("0035", "00000000")), "outer=17:49153");
        yield return (Outer("04", IPv4("11", InnerUdp, "21")), $"outer=4 {four} protocol=17 length=32 49152>53");
        yield return (Outer("04", IPv4("11", InnerUdp, "21", "01010101")),
            $"outer=4 {four} protocol=17 length=36 49152>53");
        yield return (Outer("04", IPv4("11", InnerUdp, "21", fragment: "0010")),
            $"outer=4 {four} protocol=17 length=32");
        yield return (Outer("04", IPv4("04", IPv4("11", InnerUdp), "21")), $"outer=4 {four} protocol=4 length=52");
        yield return (Outer("04", IPv4("11", InnerUdp)[..30]), "outer=4");
        yield return (Outer("29", IPv6("06", InnerTcp, "22")), $"outer=41 {six} protocol=6 length=64 49152>443");
        yield return (Outer("29", IPv6("3c", "0600010400000000" + InnerTcp, "22")),
            $"outer=41 {six} protocol=6 length=72 49152>443");
        yield return (Outer("29", IPv6("00", "2c00010400000000" + "0600032000001234" + InnerTcp, "22")),
            $"outer=41 {six} protocol=6 length=80");
        yield return (Outer("29", IPv6("3c", "3a00010400000000" + "8000000000010002", "22")),
            $"outer=41 {six} protocol=58 length=56");
        yield return ("86dd" + IPv6("3c", "0400010400000000" + IPv4("84", sctp, "21")),
            $"outer=4 {four} protocol=132 length=32 49152>80");
        yield return ("86dd" + IPv6("3c", "2900010400000000" + IPv6("3c", "1100010400000000" + InnerUdp, "22")),
            $"outer=41 {six} protocol=17 length=60 49152>53");
        yield return (Outer("2f", "200086dd" + "00000007" + IPv6("3c", "84000104", "22")),
            $"outer=47 {six} protocol=60 length=44");
        yield return (Outer("2f", "20006558" + "00000007" + InnerMacs + "0800" + IPv4("11", InnerUdp[..14], "21")),
            $"outer=47 {four} protocol=17 length=27");
        yield return (Outer("11", Udp("12b5", vxlan + InnerMacs + "8100" + "0005" + "86dd"
            + IPv6("3c", "8400010400000000" + sctp, "22"))),
            $"outer=17:49153 {six} protocol=132 length=60 49152>80");
        yield return (Outer("11", Udp("17c1", "0000080000002a00" + IPv4("06", InnerTcp, "21"))),
            $"outer=17:49153 {four} protocol=6 length=44 49152>443");
        yield return (Outer("11", Udp("12b5", vxlan + InnerMacs + "0806" + "0001080006040002"
            + "02000000000a0a4d0002" + "0200000000010a4d0001")), "outer=17:49153");
    }

    public static TheoryData<ProgramType, string, string> AlternativeFrames()
    {
        var data = new TheoryData<ProgramType, string, string>();
        foreach (var type in new[] { ProgramType.Xdp, ProgramType.Tc, ProgramType.SocketFilter })
        {
            foreach (var (bytes, found) in Alternatives()) data.Add(type, Macs + bytes, found);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(AlternativeFrames))]
    public void Whichever_header_is_present_is_found_inside_as_outside(ProgramType type, string frame, string found)
    {
        var definition = new ProgramDefinition("either", type);
        string[] names =
            ["isIP", "version", "hops", "protocol", "length", "isTransport", "from", "to", "outer", "outerPort"];
        var numbers = names.ToDictionary(n => n, n => definition.AddVariable(n, ScalarType.Int32));
        var source = definition.AddVariable("source", AddressType.IPAddress);
        var destination = definition.AddVariable("destination", AddressType.IPAddress);
        var (ip, transport) = (Packet.Inner.IP, Packet.Inner.Transport);
        definition.AddCode(code => code
            .Assign(source, ip.Source).Assign(destination, ip.Destination).Assign(numbers["version"], ip.Version)
            .Assign(numbers["hops"], ip.HopLimit).Assign(numbers["protocol"], ip.Protocol)
            .Assign(numbers["length"], ip.Length).Assign(numbers["from"], transport.SourcePort)
            .Assign(numbers["outer"], Packet.IP.Protocol).Assign(numbers["outerPort"], Packet.Transport.SourcePort)
            .Assign(numbers["isIP"], ip).Assign(numbers["isTransport"], transport)
            .If(transport, then => then.Assign(numbers["to"], transport.DestinationPort)));
        using var program = EbpfProgram.Load(definition);
        program.TestRun(Convert.FromHexString(frame));
        int Number(string name) => (int)program.Variables[name].Value!;
        var text = $"outer={Number("outer")}" + (Number("outerPort") == 0 ? "" : $":{Number("outerPort")}");
        if (Number("isIP") == 1)
        {
            text += $" {program.Variables["source"].Value}>{program.Variables["destination"].Value} "
                + $"v{Number("version")} hops={Number("hops")} protocol={Number("protocol")} "
                + $"length={Number("length")}";
        }
        else
        {
            Assert.Equal((0, 0, 0), (Number("hops"), Number("protocol"), Number("length")));
        }

        Assert.Equal(found, text + (Number("isTransport") == 1 ? $" {Number("from")}>{Number("to")}" : ""));
    }

    [Theory]
    [MemberData(nameof(AlternativeFrames))]
    public void Protocol_inside_alone_is_found_as_well(ProgramType type, string frame, string found)
    {
        var definition = new ProgramDefinition("protocol", type);
        var there = definition.AddVariable("there", ScalarType.Boolean);
        definition.AddCode(code => code.Assign(there, Packet.Inner.IP.Protocol == "Udp"));
        using var program = EbpfProgram.Load(definition);
        program.TestRun(Convert.FromHexString(frame));
        Assert.Equal(found.Contains("protocol=17 ", StringComparison.Ordinal),
            (bool)program.Variables["there"].Value!);
    }

    [Theory]
    [InlineData(ProgramType.Xdp, false)]
    [InlineData(ProgramType.Xdp, true)]
    [InlineData(ProgramType.Tc, true)]
    public void Field_of_whichever_header_is_present_inside_can_be_written(ProgramType type, bool isIPv6)
    {
        var definition = new ProgramDefinition("written", type);
        definition.AddCode(code => code
            .Update(Packet.Inner.IP.HopLimit, BinaryOperator.Subtract, 1)
            .Assign(Packet.Inner.Transport.DestinationPort, 0x1234));
        using var program = EbpfProgram.Load(definition);
        var text = Macs + "0800" + (isIPv6 ? IPv4("29", IPv6("06", InnerTcp)) : IPv4("04", IPv4("11", InnerUdp)));
        var frame = Convert.FromHexString(text);
        var ports = isIPv6 ? 74 : 54;
        var expected = (byte[])[.. frame];
        expected[isIPv6 ? 41 : 42]--;
        (expected[ports + 2], expected[ports + 3]) = (0x12, 0x34);
        var packet = program.TestRun(frame).Packet;
        // The checksum of the header inside follows: IPv4's, or else TCP's.
        var checksum = isIPv6 ? ports + 16 : 44;
        Assert.NotEqual(frame[checksum..(checksum + 2)], packet[checksum..(checksum + 2)]);
        packet.AsSpan(checksum, 2).CopyTo(expected.AsSpan(checksum));
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(packet));
    }

    [Theory]
    [InlineData("00000800", null, null)]
    [InlineData("20000800" + "00000007", 7, null)]
    [InlineData("10000800" + "00000009", null, 9)]
    [InlineData("30000800" + "00000007" + "00000009", 7, 9)]
    [InlineData("90000800" + "aaaa0000" + "00000009", null, 9)]
    [InlineData("b0000800" + "aaaa0000" + "00000007" + "00000009", 7, 9)]
    [InlineData("b0000800" + "aaaa0000" + "00000007" + "0000", 7, null)]
    [InlineData("b0010800" + "aaaa0000" + "00000007" + "00000009", null, null)]
    [InlineData("60000800" + "aaaa0000" + "00000007" + "00000009", null, null)]
    public void Parts_of_Gre_are_present_where_their_flags_are_set(string bytes, int? key, int? number)
    {
        foreach (var type in new[] { ProgramType.Xdp, ProgramType.Tc, ProgramType.SocketFilter })
        {
            foreach (var (isInner, gre) in new[] { (false, Packet.Gre), (true, Packet.Inner.Gre) })
            {
                var definition = new ProgramDefinition("parts", type);
                var names = new[] { "key", "number", "zero", "other" };
                var values = names.ToDictionary(n => n, n => definition.AddVariable(n, ScalarType.Int64));
                definition.AddCode(code => code.If(gre, then => then
                    .Assign(values["key"], gre.Key).Assign(values["number"], gre.SequenceNumber)
                    .If(gre.Key == 0, zero => zero.Assign(values["zero"], 1))
                    .If(gre.SequenceNumber != 1, other => other.Assign(values["other"], 1))));
                using var program = EbpfProgram.Load(definition);
                Assert.Empty(ProgramCompiler.Compile(definition).Warnings);
                var packet = IPv4("2f", bytes);
                program.TestRun(Convert.FromHexString(Macs + "0800" + (isInner ? IPv4("04", packet) : packet)));
                Assert.Equal((key ?? 0, number ?? 0, 0L, 1L), ((long)program.Variables["key"].Value!,
                    (long)program.Variables["number"].Value!, (long)program.Variables["zero"].Value!,
                    (long)program.Variables["other"].Value!));
            }
        }
    }

    [Fact]
    public void Key_of_Gre_is_written_where_it_is_present()
    {
        foreach (var (gre, expected) in new[] { ("20000800" + "00000007", "2000080000000009"),
            ("80000800" + "00000007", "8000080000000007") })
        {
            var frame = Convert.FromHexString(Macs + "0800" + IPv4("2f", gre));
            Assert.Equal(expected, Convert.ToHexString(Script.Verdict(Script.Define(),
                code => code.Update(Packet.Gre.Key, BinaryOperator.Add, 2).Return("Tx"), frame).Packet[34..]));
        }
    }

    [Theory]
    [InlineData(ProgramType.Xdp)]
    [InlineData(ProgramType.Tc)]
    public void Field_inside_a_tunnel_can_be_written(ProgramType type)
    {
        var definition = new ProgramDefinition("written", type);
        definition.AddCode(code => code.Assign(Packet.Inner.Udp.DestinationPort, 0x1234));
        using var program = EbpfProgram.Load(definition);
        var frame = Convert.FromHexString(Macs + "0800" + IPv4("04", IPv4("11", InnerUdp)));
        Assert.Equal("1234", Convert.ToHexString(program.TestRun(frame).Packet[56..58]));
    }

    [Fact]
    public void Write_to_a_field_that_tells_of_the_tunnel_is_seen()
    {
        var frame = Convert.FromHexString(
            Macs + "0800" + IPv4("11", Udp("12b5", "0800000000002a00" + InnerMacs + "0800" + IPv4("11", InnerUdp))));
        var run = Script.Verdict(Script.Define(), code => code
            .If(Packet.Inner.Udp, then => then.Assign(Packet.Udp.DestinationPort, 1))
            .If(!Packet.Inner, then => then.Return("Drop")).Return("Tx"), frame);
        Assert.Equal("Drop", run.Verdict);
    }
}
