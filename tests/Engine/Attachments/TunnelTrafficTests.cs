using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EbpfCat.Attachments;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Kernel;
using EbpfCat.Types;

namespace EbpfCat.Tests.Attachments;

/// <summary>Datagrams through the kernel's own tunnels.</summary>
[Trait("Category", "Hooks")]
public sealed class TunnelTrafficTests
{
    private static readonly string[] Kinds =
    [
        "vxlan id 42 dstport 4789", "vxlan id 42 dstport 8472", "vxlan6 id 42 dstport 4789", "geneve id 42", "ipip",
        "sit", "gre", "gre key 7", "gretap key 7", "ip6tnl mode any", "ip6gre",
    ];

    public static TheoryData<ProgramType, string> Tunnels => [.. new[]
        { ProgramType.Xdp, ProgramType.Tc, ProgramType.SocketFilter }.SelectMany(type => Kinds, (t, k) => (t, k))];

    [Theory]
    [MemberData(nameof(Tunnels))]
    public void Datagram_in_a_tunnel_is_seen_as_the_receiver_sees_it(ProgramType type, string kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        using var network = new VethPair();
        Assert.SkipUnless(Connect(network, kind), "the kernel has no such device");
        var isIPv6 = kind == "sit";
        var inner = isIPv6 ? (Expression)Packet.Inner.IPv6 : Packet.Inner.IPv4;
        var definition = new ProgramDefinition("tunnel", type) { DefaultAction = "Pass" };
        var (count, port, length, tunnel) = (definition.AddVariable("count", ScalarType.UInt32),
            definition.AddVariable("port", ScalarType.Int32), definition.AddVariable("length", ScalarType.Int32),
            definition.AddVariable("tunnel", ScalarType.Int32));
        definition.AddCode(code => code.If(inner.And(Packet.Inner.Udp.DestinationPort == 7779), then => then
            .Increment(count)
            .Assign(port, Packet.Inner.Udp.SourcePort)
            .Assign(length, Packet.Inner.Udp.Length - 8)
            .Assign(tunnel, Packet.Vxlan.Vni + Packet.Geneve.Vni + Packet.Gre.KeyPresent)));
        using var program = EbpfProgram.Load(definition);
        using var attachment = network.NearNamespace.Run<IDisposable>(() => type switch
        {
            ProgramType.Xdp => XdpAttachment.Attach(program, new(VethPair.Near)),
            ProgramType.Tc => TcAttachment.Attach(program, new(VethPair.Near)),
            _ => SocketFilterAttachment.Attach(program, new(VethPair.Near)),
        });
        var family = isIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        using var receiver = network.NearNamespace.Run(() => Open(family, Address(1, isIPv6), 7779));
        using var sender = network.FarNamespace.Run(() => Open(family, Address(2, isIPv6), 0));
        receiver.ReceiveTimeout = 300;
        var (bytes, received) = (new byte[100], 0);
        EndPoint from = new IPEndPoint(isIPv6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        Assert.True(Counting.Eventually(() =>
        {
            try
            {
                sender.SendTo(new byte[37], receiver.LocalEndPoint!);
                received = receiver.ReceiveFrom(bytes, ref from);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }));
        Assert.True(Counting.Eventually(() => program.Count() > 0));
        Assert.Equal((((IPEndPoint)from).Port, received),
            ((int)program.Variables["port"].Value!, (int)program.Variables["length"].Value!));
        var expected = kind.Contains("id 42", StringComparison.Ordinal) ? 42
            : kind.Contains("key", StringComparison.Ordinal) ? 1 : 0;
        Assert.Equal(expected, (int)program.Variables["tunnel"].Value!);
    }

    private static Socket Open(AddressFamily family, IPAddress address, int port)
    {
        var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(address, port));
        return socket;
    }

    private static IPAddress Address(int host, bool isIPv6) =>
        IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"{(isIPv6 ? "fd78::" : "10.78.0.")}{host}"));

    // Creates both ends of a tunnel; false if the kernel has no such device.
    private static bool Connect(VethPair network, string kind)
    {
        var overIPv6 = kind.Contains('6', StringComparison.Ordinal);
        var (near, far) = overIPv6
            ? (VethPair.NearAddress6, VethPair.FarAddress6)
            : (VethPair.NearAddress, VethPair.FarAddress);
        foreach (var (place, host, local, remote) in new[]
            { (network.NearNamespace, 1, near, far), (network.FarNamespace, 2, far, near) })
        {
            var device = kind.Replace("vxlan6", "vxlan", StringComparison.Ordinal);
            var from = kind.StartsWith("geneve", StringComparison.Ordinal) ? "" : $"local {local}";
            if (!RunIp(place, $"link add tunnel0 type {device} {from} remote {remote}")) return false;
            Assert.True(RunIp(place, kind == "sit"
                ? $"addr add {Address(host, true)}/64 dev tunnel0 nodad"
                : $"addr add {Address(host, false)}/24 dev tunnel0"));
            Assert.True(RunIp(place, "link set tunnel0 up"));
        }

        return true;
    }

    private static bool RunIp(NetworkNamespace place, string arguments) => place.Run(() =>
    {
        var start = new ProcessStartInfo("ip", arguments) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode == 0;
    });
}
