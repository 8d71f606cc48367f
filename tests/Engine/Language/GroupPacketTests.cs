using System.Net;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

/// <summary>Packets of control groups, which start at their IP header.</summary>
public sealed class GroupPacketTests
{
    [Theory]
    [InlineData(4, 17, 5353)]
    [InlineData(6, 6, 443)]
    public void Headers_are_found_starting_at_the_IP_header(int version, int protocol, int port)
    {
        var definition = new ProgramDefinition("group", ProgramType.CgroupSkb);
        var seen = definition.AddVariable("seen", ScalarType.UInt32);
        var destination = definition.AddVariable("destination", AddressType.IPAddress);
        var header = version == 4 ? PacketHeaders.IPv4 : PacketHeaders.IPv6;
        var transport = protocol == 17 ? PacketHeaders.Udp : PacketHeaders.Tcp;
        definition.AddCode(code => code.If(new HeaderExpression(transport), then =>
        {
            then.Assign(seen, new HeaderExpression(transport)["DestinationPort"]);
            then.Assign(destination, new HeaderExpression(header)["Destination"]);
        }));
        using var program = EbpfProgram.Load(definition);
        program.TestRun(Build(version, protocol, port));
        Assert.Equal((uint)port, program.Variables["seen"].Value);
        Assert.Equal(IPAddress.Parse(version == 4 ? "10.0.0.9" : "fd00::9"), program.Variables["destination"].Value);
    }

    [Fact]
    public void Headers_before_the_IP_header_are_refused()
    {
        var definition = new ProgramDefinition("group", ProgramType.CgroupSkb);
        var seen = definition.AddVariable("seen", ScalarType.UInt32);
        definition.AddCode(code => code.Assign(seen, new HeaderExpression(PacketHeaders.Ethernet)["EtherType"]));
        Assert.Contains("from their IP header on",
            Assert.Throws<CompileException>(() => EbpfProgram.Compile(definition)).Message, StringComparison.Ordinal);
    }

    // A test run takes an Ethernet header; the program sees the packet after it.
    private static byte[] Build(int version, int protocol, int port)
    {
        var bytes = new byte[100];
        (bytes[12], bytes[13]) = version == 4 ? ((byte)8, (byte)0) : ((byte)0x86, (byte)0xdd);
        bytes[14] = version == 4 ? (byte)0x45 : (byte)0x60;
        bytes[version == 4 ? 23 : 20] = (byte)protocol;
        IPAddress.Parse(version == 4 ? "10.0.0.9" : "fd00::9").GetAddressBytes().CopyTo(bytes, version == 4 ? 30 : 38);
        var transport = version == 4 ? 34 : 54;
        (bytes[transport + 2], bytes[transport + 3]) = ((byte)(port >> 8), (byte)port);
        return bytes;
    }
}
