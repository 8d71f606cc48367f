using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

/// <summary>Headers are found wherever they are, in all program types that see frames.</summary>
public sealed class HeaderLocationTests
{
    private const string Macs = "02000000000102000000000a";
    private const string Udp = "0fa100351000000000000000";
    private const string Tcp = "c00001bb0000000100000002501010000000000000000000";
    private const string Icmp6 = "8000000000010002";

    private static readonly string IPv4 = "4500002c0001000040110000" + "0a4d00020a4d0001";

    private static readonly string[] Names =
        ["IPv4", "IPv6", "Arp", "Tcp", "Udp", "Icmp6", "Vlan", "InnerVlan", "VlanType", "InnerVlanType"];

    public static TheoryData<ProgramType, string, string, string> Frames()
    {
        var data = new TheoryData<ProgramType, string, string, string>();
        foreach (var type in new[] { ProgramType.Xdp, ProgramType.Tc, ProgramType.SocketFilter })
        {
            foreach (var (name, bytes, found) in Table()) data.Add(type, name, Macs + bytes, found);
        }

        return data;
    }

    private static IEnumerable<(string Name, string Bytes, string Found)> Table()
    {
        var arp = "0806" + "0001080006040002" + "02000000000a0a4d0002" + "0200000000010a4d0001";
        const string one = "Vlan=100";
        const string two = "Vlan=100 InnerVlan=7";
        yield return ("untagged", "0800" + IPv4 + Udp, "IPv4=64 Udp=53");
        yield return ("one tag", "8100" + "2064" + "0800" + IPv4 + Udp, $"IPv4=64 Udp=53 {one} VlanType=2048");
        yield return ("service tag", "88a8" + "0064" + "0800" + IPv4 + Udp, $"IPv4=64 Udp=53 {one} VlanType=2048");
        yield return ("two tags", "88a8" + "0064" + "8100" + "0007" + "0800" + IPv4 + Udp,
            $"IPv4=64 Udp=53 {two} VlanType=33024 InnerVlanType=2048");
        yield return ("three tags", "88a8" + "0064" + "8100" + "0007" + "8100" + "0008" + "0800" + IPv4 + Udp,
            $"{two} VlanType=33024 InnerVlanType=33024");
        yield return ("ARP behind a tag", "8100" + "0064" + arp, $"Arp=2 {one} VlanType=2054");
        yield return ("ARP behind two", "8100" + "0064" + "8100" + "0007" + arp,
            $"Arp=2 {two} VlanType=33024 InnerVlanType=2054");
        yield return ("cut tag", "8100" + "00", "");
        yield return ("cut IPv4 behind a tag", "8100" + "0064" + "0800" + IPv4[..20], $"{one} VlanType=2048");
        yield return ("another protocol behind a tag", "8100" + "0064" + "88b5" + IPv4, $"{one} VlanType=34997");

        string IPv6(string next, string rest) => "86dd" + "60000000" + (rest.Length / 2).ToString("x4", null) + next
            + "40" + "fd000000000000000000000000000002" + "fd000000000000000000000000000001" + rest;
        string Options(string next, int words = 0) => next + words.ToString("x2", null) + "0104000000000000"[..12]
            + new string('0', 16 * words);
        string Fragment(string next, int offset, int more) => next + "00" + ((offset << 3) | more).ToString("x4", null)
            + "00001234";
        string Ah(string next) => next + "04" + "0000" + "00000001" + "00000002" + new string('a', 24);
        yield return ("IPv6", IPv6("11", Udp), "IPv6=64 Udp=53");
        yield return ("IPv6 behind two tags", "8100" + "0064" + "8100" + "0007" + IPv6("06", Tcp),
            $"IPv6=64 Tcp=443 {two} VlanType=33024 InnerVlanType=34525");
        yield return ("hop-by-hop", IPv6("00", Options("11") + Udp), "IPv6=64 Udp=53");
        yield return ("long destination options", IPv6("3c", Options("06", 3) + Tcp), "IPv6=64 Tcp=443");
        yield return ("routing", IPv6("2b", Options("3a", 2) + Icmp6), "IPv6=64 Icmp6=128");
        yield return ("mobility", IPv6("87", Options("3a", 1) + Icmp6), "IPv6=64 Icmp6=128");
        yield return ("AH", IPv6("33", Ah("06") + Tcp), "IPv6=64 Tcp=443");
        yield return ("first fragment", IPv6("2c", Fragment("11", 0, 1) + Udp), "IPv6=64 Udp=53");
        yield return ("later fragment", IPv6("2c", Fragment("11", 100, 1) + Udp), "IPv6=64");
        yield return ("last fragment", IPv6("2c", Fragment("11", 1, 0) + Udp), "IPv6=64");
        yield return ("all of them behind a tag", "8100" + "0064" + IPv6("00",
            Options("3c") + Options("2b", 1) + Options("2c", 2) + Fragment("33", 0, 1) + Ah("87") + Options("3c")
            + Options("06") + Tcp), $"IPv6=64 Tcp=443 {one} VlanType=34525");
        yield return ("eight", IPv6("3c", string.Concat(Enumerable.Repeat(Options("3c"), 7)) + Options("11") + Udp),
            "IPv6=64 Udp=53");
        yield return ("nine", IPv6("3c", string.Concat(Enumerable.Repeat(Options("3c"), 8)) + Options("11") + Udp),
            "IPv6=64");
        yield return ("an extension header that ends outside", IPv6("3c", Options("11", 3)[..16] + Udp), "IPv6=64");
        yield return ("no next header", IPv6("3b", Udp), "IPv6=64");
        yield return ("extension header of a length that IPv4 does not have", "0800" + IPv4[..18] + "3c" + IPv4[20..]
            + Options("11") + Udp, "IPv4=64");
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public void Headers_are_found_behind_tags_and_extension_headers(ProgramType type, string name, string frame,
        string found)
    {
        Assert.NotEmpty(name);
        var definition = new ProgramDefinition("located", type);
        var values = Names.ToDictionary(n => n, n => definition.AddVariable(n, ScalarType.Int32, initialValue: -1));
        definition.AddCode(code => code
            .If(Packet.IPv4, then => then.Assign(values["IPv4"], Packet.IPv4.TimeToLive))
            .If(Packet.IPv6, then => then.Assign(values["IPv6"], Packet.IPv6.HopLimit))
            .If(Packet.Arp, then => then.Assign(values["Arp"], Packet.Arp.Operation))
            .If(Packet.Tcp, then => then.Assign(values["Tcp"], Packet.Tcp.DestinationPort))
            .If(Packet.Udp, then => then.Assign(values["Udp"], Packet.Udp.DestinationPort))
            .If(Packet.Icmp6, then => then.Assign(values["Icmp6"], Packet.Icmp6.Type))
            .If(Packet.Vlan, then => then.Assign(values["Vlan"], Packet.Vlan.Id)
                .Assign(values["VlanType"], Packet.Vlan.EtherType))
            .If(Packet.InnerVlan, then => then.Assign(values["InnerVlan"], Packet.InnerVlan.Id)
                .Assign(values["InnerVlanType"], Packet.InnerVlan.EtherType)));
        using var program = EbpfProgram.Load(definition);
        program.TestRun(Convert.FromHexString(frame));
        Assert.Equal(found, string.Join(' ', Names.Select(n => (Name: n, Value: (int)program.Variables[n].Value!))
            .Where(v => v.Value != -1).Select(v => $"{v.Name}={v.Value}")));
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public void One_header_alone_is_found_as_well(ProgramType type, string name, string frame, string found)
    {
        Assert.NotEmpty(name);
        foreach (var header in new[] { PacketHeaders.IPv4, PacketHeaders.IPv6, PacketHeaders.Arp, PacketHeaders.Tcp,
            PacketHeaders.Icmp6, PacketHeaders.InnerVlan })
        {
            var definition = new ProgramDefinition("located", type);
            var there = definition.AddVariable("there", ScalarType.Boolean);
            definition.AddCode(code => code.Assign(there, new HeaderExpression(header)));
            using var program = EbpfProgram.Load(definition);
            program.TestRun(Convert.FromHexString(frame));
            var isThere = $" {found}".Contains($" {header.Name}=", StringComparison.Ordinal);
            Assert.Equal((header.Name, isThere), (header.Name, (bool)program.Variables["there"].Value!));
        }
    }

    [Theory]
    [InlineData(ProgramType.Xdp)]
    [InlineData(ProgramType.Tc)]
    public void Field_behind_a_tag_can_be_written(ProgramType type)
    {
        var definition = new ProgramDefinition("written", type);
        definition.AddCode(code => code.Assign(Packet.IPv4.TimeToLive, 9));
        using var program = EbpfProgram.Load(definition);
        var packet = Convert.FromHexString(Macs + "8100" + "0064" + "8100" + "0007" + "0800" + IPv4 + Udp);
        Assert.Equal(9, program.TestRun(packet).Packet[22 + 8]);
    }

    [Fact]
    public void Tag_can_be_written_in_XDP()
    {
        var run = Script.Verdict(Script.Define(),
            code => code.Assign(Packet.Vlan.Id, 0x123).Assign(Packet.InnerVlan.EtherType, 0x88b5)
                .If(Packet.IPv4, then => then.Return("Drop")).Return("Tx"),
            Convert.FromHexString(Macs + "8100" + "2064" + "8100" + "0007" + "0800" + IPv4 + Udp));
        Assert.Equal("Tx", run.Verdict);
        Assert.Equal("8100" + "2123" + "8100" + "0007" + "88B5", Convert.ToHexString(run.Packet[12..22]));
    }

    [Fact]
    public void Write_to_a_tag_in_a_tc_program_names_the_helpers()
    {
        var definition = new ProgramDefinition("tags", ProgramType.Tc);
        definition.AddCode(code => code.Assign(Packet.InnerVlan.Id, 1));
        Assert.Contains("skb_vlan_pop and skb_vlan_push",
            Assert.Throws<CompileException>(() => EbpfProgram.Compile(definition)).Diagnostics[0].Suggestion,
            StringComparison.Ordinal);
    }
}
