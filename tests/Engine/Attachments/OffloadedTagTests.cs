using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EbpfCat.Attachments;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Kernel;
using EbpfCat.Types;

namespace EbpfCat.Tests.Attachments;

/// <summary>VLAN tags that the kernel keeps beside the packet, as veth devices do.</summary>
[Trait("Category", "Hooks")]
public sealed class OffloadedTagTests
{
    private const string Frame = "02000000000102000000000a" + "{0}" + "0800" + "4500002400010000401166ed"
        + "0a4d00020a4d0001" + "0fa11e6300100000" + "0000000000000000";

    [Theory]
    [InlineData(ProgramType.Tc, "8100a064", "100 2048 5 -1 -1")]
    [InlineData(ProgramType.Tc, "88a80064" + "8100e007", "100 33024 0 7 2048")]
    [InlineData(ProgramType.Tc, "", "-1 -1 -1 -1 -1")]
    [InlineData(ProgramType.SocketFilter, "8100a064", "100 2048 5 -1 -1")]
    [InlineData(ProgramType.SocketFilter, "88a80064" + "8100e007", "100 33024 0 7 2048")]
    [InlineData(ProgramType.SocketFilter, "", "-1 -1 -1 -1 -1")]
    public void Tag_beside_the_packet_is_the_outer_one(ProgramType type, string tags, string seen)
    {
        using var network = new VethPair();
        var definition = new ProgramDefinition("tags", type) { DefaultAction = "Pass" };
        string[] names = ["id", "type", "priority", "innerId", "innerType"];
        var count = definition.AddVariable("count", ScalarType.UInt32);
        var values = Array.ConvertAll(names, n => definition.AddVariable(n, ScalarType.Int32, initialValue: -1));
        definition.AddCode(code => code.If(Packet.Udp.And(Packet.Udp.DestinationPort == 7779), then => then
            .Increment(count)
            .If(Packet.Vlan, tagged => tagged
                .Assign(values[0], Packet.Vlan.Id)
                .Assign(values[1], Packet.Vlan.EtherType)
                .Assign(values[2], Packet.Vlan.Priority))
            .If(Packet.InnerVlan, tagged => tagged
                .Assign(values[3], Packet.InnerVlan.Id)
                .Assign(values[4], Packet.InnerVlan.EtherType))));
        using var program = EbpfProgram.Load(definition);
        using var attachment = network.NearNamespace.Run<IDisposable>(() => type == ProgramType.Tc
            ? TcAttachment.Attach(program, new(VethPair.Near))
            : SocketFilterAttachment.Attach(program, new(VethPair.Near)));
        string Seen() => string.Join(' ', names.Select(n => Convert.ToString(program.Variables[n].Value,
            CultureInfo.InvariantCulture)));
        using var socket = network.FarNamespace.Run(() =>
        {
            var raw = new Socket(AddressFamily.Packet, SocketType.Raw, 0);
            raw.Bind(new DeviceEndPoint(network.FarIndex));
            return raw;
        });
        var frame = Convert.FromHexString(Frame.Replace("{0}", tags, StringComparison.Ordinal));
        Assert.True(Counting.Eventually(() =>
        {
            socket.Send(frame);
            Thread.Sleep(20);
            return program.Count() > 0;
        }));
        Assert.Equal(seen, Seen());
    }
}
