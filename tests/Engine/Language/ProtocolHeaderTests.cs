using System.Globalization;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

/// <summary>The headers of single protocols, in frames written by hand.</summary>
public sealed class ProtocolHeaderTests
{
    private const string Macs = "02000000000102000000000a";
    private const string Query =
        "1234" + "0100" + "0001000000000000" + "07457861" + "6d706c65" + "03636f6d" + "00" + "00010001";
    private const string Neighbour = "fe800000000000000000000000000007";

    public static TheoryData<ProgramType, string, string, string> Frames()
    {
        var data = new TheoryData<ProgramType, string, string, string>();
        foreach (var type in new[] { ProgramType.Xdp, ProgramType.Tc, ProgramType.SocketFilter })
        {
            foreach (var (bytes, header, found) in Table()) data.Add(type, Macs + bytes, header, found);
        }

        return data;
    }

    private static string IPv4(string protocol, string rest, string options = "") => "0800"
        + (options.Length > 0 ? "46" : "45") + "00" + (20 + ((options.Length + rest.Length) / 2)).ToString("x4", null)
        + "00010000" + "01" + protocol + "0000" + "0a4d0002" + "0a4d0001" + options + rest;

    private static string IPv6(string next, string rest) => "86dd" + "60000000"
        + (rest.Length / 2).ToString("x4", null) + next + "ff" + "fe800000000000000000000000000002"
        + "ff0200000000000000000001ff000007" + rest;

    private static string Udp(int from, int to, string rest) => from.ToString("x4", null) + to.ToString("x4", null)
        + (8 + (rest.Length / 2)).ToString("x4", null) + "0000" + rest;

    private static IEnumerable<(string Bytes, string Header, string Found)> Table()
    {
        yield return (IPv4("84", "8000" + "0050" + "01020304" + "a1b2c3d4"), "Sctp",
            "SourcePort=32768 DestinationPort=80 VerificationTag=16909060 Checksum=2712847316");
        yield return (IPv4("11", Udp(5353, 53, Query)), "Dns",
            "Id=4660 Flags=256 RecursionDesired=1 QuestionCount=1 Name=example.com");
        yield return (IPv6("11", Udp(53, 40000, "abcd" + "e7b3" + "0001000200030004")), "Dns",
            "Id=43981 Flags=59315 IsResponse=1 Opcode=12 IsAuthoritative=1 IsTruncated=1 RecursionDesired=1 "
            + "RecursionAvailable=1 AuthenticData=1 CheckingDisabled=1 ResponseCode=3 QuestionCount=1 AnswerCount=2 "
            + "AuthorityCount=3 AdditionalCount=4");
        yield return (IPv4("11", Udp(5353, 54, Query)), "Dns", "absent");
        yield return (IPv4("11", Udp(5353, 53, Query[..22])), "Dns", "absent");
        yield return (IPv4("06", Udp(5353, 53, Query)), "Dns", "absent");
        yield return (IPv4("01", "0800" + "f7fe" + "0102" + "0304"), "Icmp",
            "Type=8 Checksum=63486 Id=258 Gateway=1.2.3.4 Sequence=772 Mtu=772");
        yield return (IPv4("01", "0501" + "0000" + "0a4d00fe"), "Icmp",
            "Type=5 Code=1 Id=2637 Gateway=10.77.0.254 Sequence=254 Mtu=254");
        yield return (IPv6("3a", "0200" + "0000" + "00000500"), "Icmp6", "Type=2 Mtu=1280 Sequence=1280");
        yield return (IPv6("3a", "8700" + "0000" + "00000000" + Neighbour), "Neighbor", "Target=fe80::7");
        yield return (IPv6("3a", "8800" + "0000" + "e0000000" + Neighbour), "Neighbor",
            "IsRouter=1 IsSolicited=1 Override=1 Target=fe80::7");
        yield return (IPv6("3a", "8900" + "0000" + "00000000" + Neighbour + Neighbour), "Neighbor", "Target=fe80::7");
        yield return (IPv6("00", "3a00050200000000" + "8700" + "0000" + "00000000" + Neighbour), "Neighbor",
            "Target=fe80::7");
        yield return (IPv6("3a", "8600" + "0000" + "00000000" + Neighbour), "Neighbor", "absent");
        yield return (IPv6("3a", "8700" + "0000" + "00000000" + Neighbour[..30]), "Neighbor", "absent");
        yield return (IPv4("02", "1664" + "0000" + "e0000016", "94040000"), "Igmp",
            "Type=22 MaxResponseTime=100 Group=224.0.0.22");
        yield return (IPv4("32", "00001001" + "00000007" + "00"), "Esp", "Spi=4097 Sequence=7");
        yield return (IPv6("3c", "3200010400000000" + "00001001" + "00000007"), "Esp", "Spi=4097 Sequence=7");
        yield return (IPv4("33", "1104" + "0000" + "00001002" + "00000008"), "Ah",
            "NextHeader=17 Length=4 Spi=4098 Sequence=8");
        yield return (IPv6("33", "1104" + "0000" + "00001002" + "00000008"), "Ah",
            "NextHeader=17 Length=4 Spi=4098 Sequence=8");
        yield return ("8847" + "000a4b40", "Mpls", "Label=164 TrafficClass=5 IsLast=1 TimeToLive=64");
        yield return ("8100" + "0064" + "8848" + "fffff001", "Mpls", "Label=1048575 TimeToLive=1");
        yield return ("8864" + "1100" + "0203" + "0016" + "0021" + "45000014", "Pppoe",
            "SessionId=515 Length=22 Protocol=33");
        yield return ("8863" + "1100" + "0203" + "0016" + "0021" + "45000014", "Pppoe", "absent");
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public void Fields_are_read_from_their_places(ProgramType type, string frame, string header, string found)
    {
        var definition = new ProgramDefinition("fields", type);
        var row = PacketHeaders.Find(header)!;
        var there = definition.AddVariable("there", ScalarType.Boolean);
        var values = row.Fields.Select(f => (f, definition.AddVariable(f.Name, f.Type is ScalarType ? ScalarType.Int64
            : f.Type))).ToList();
        definition.AddCode(code => code.If(new HeaderExpression(row), then =>
        {
            then.Assign(there, true);
            foreach (var (field, value) in values) then.Assign(value, new HeaderFieldExpression(row, field));
        }));
        using var program = EbpfProgram.Load(definition);
        program.TestRun(Convert.FromHexString(frame));
        string Text(string name) => Convert.ToString(program.Variables[name].Value, CultureInfo.InvariantCulture)!;
        var fields = row.Fields.Select(f => (f.Name, Value: Text(f.Name))).Where(f => f.Value is not ("0" or ""));
        Assert.Equal(found, (bool)program.Variables["there"].Value!
            ? string.Join(' ', fields.Select(f => $"{f.Name}={f.Value}"))
            : "absent");
    }

    [Fact]
    public void Checksum_of_the_header_before_covers_a_field()
    {
        var query = Convert.FromHexString(Macs + IPv4("11", Udp(5353, 53, Query)));
        (query[40], query[41]) = (0x12, 0x34);
        Assert.Equal("1034", Convert.ToHexString(Script.Verdict(Script.Define(),
            code => code.Increment(Packet.Dns.AnswerCount, 0x200), query).Packet[40..42]));
        var neighbour = Convert.FromHexString(Macs + IPv6("3a", "8800" + "1234" + "00000000" + Neighbour));
        Assert.Equal("D233", Convert.ToHexString(Script.Verdict(Script.Define(),
            code => code.Assign(Packet.Neighbor.IsSolicited, 1), neighbour).Packet[56..58]));
    }
}
