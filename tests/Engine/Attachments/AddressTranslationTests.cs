using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Kernel;

namespace EbpfCat.Tests.Attachments;

/// <summary>
/// Programs that change the address and port of connections, and change them back: the kernels at both ends accept the
/// checksums.
/// </summary>
/// <remarks>
/// With checksums left to the network card, a veth device hands packets over without a checksum, and nobody verifies
/// it. Without, the kernel computes the checksum of TCP after tc, and the receiver verifies all.
/// </remarks>
[Trait("Category", "Hooks")]
public sealed partial class AddressTranslationTests : IDisposable
{
    private const int PublicPort = 7001;
    private const int PrivatePort = 60002;

    private static readonly IPAddress Private = IPAddress.Parse("10.77.0.199");
    private static readonly IPAddress Private6 = IPAddress.Parse("fd77::9:ffff:1");

    private readonly VethPair _network = Packets.Connected();

    public void Dispose() => _network.Dispose();

    [Theory]
    [InlineData("Xdp", AddressFamily.InterNetwork, false)]
    [InlineData("Xdp", AddressFamily.InterNetworkV6, false)]
    [InlineData("Xdp", AddressFamily.InterNetwork, true)]
    [InlineData("Ingress", AddressFamily.InterNetwork, false)]
    [InlineData("Ingress", AddressFamily.InterNetworkV6, false)]
    [InlineData("Ingress", AddressFamily.InterNetwork, true)]
    [InlineData("Ingress", AddressFamily.InterNetworkV6, true)]
    [InlineData("Egress", AddressFamily.InterNetwork, false)]
    [InlineData("Egress", AddressFamily.InterNetworkV6, false)]
    [InlineData("Egress", AddressFamily.InterNetwork, true)]
    [InlineData("Egress", AddressFamily.InterNetworkV6, true)]
    public void Kernel_accepts_translated_packets(string hook, AddressFamily family, bool isOffloaded)
    {
        var isSix = family == AddressFamily.InterNetworkV6;
        var (shown, hidden) = isSix ? (VethPair.NearAddress6, Private6) : (VethPair.NearAddress, Private);
        _network.NearNamespace.AddAddress(VethPair.Near, hidden, isSix ? 64 : 24);
        SetOffload(_network.NearNamespace, VethPair.Near, isOffloaded);
        SetOffload(_network.FarNamespace, VethPair.Far, isOffloaded);
        var type = hook == "Xdp" ? ProgramType.Xdp : ProgramType.Tc;
        using var there = EbpfProgram.Load(Translate(type, isSix, isThere: true, hidden));
        using var back = EbpfProgram.Load(Translate(type, isSix, isThere: false, shown));
        using var first = Attach(there, isNear: hook != "Egress", hook);
        using var second = Attach(back, isNear: hook == "Egress", hook);
        using var server = _network.NearNamespace.Run(() => Listen(family, ProtocolType.Tcp, hidden));
        using var datagrams = _network.NearNamespace.Run(() => Listen(family, ProtocolType.Udp, hidden));
        server.Listen();
        // An IPv6 address is not usable before it is known to be the only one.
        Assert.True(Counting.Eventually(() => Exchange(datagrams, family, shown)));
        _network.FarNamespace.Run(() =>
        {
            using var client = new Socket(family, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5000 };
            client.Connect(shown, PublicPort);
            using var accepted = server.Accept();
            var sent = Enumerable.Range(0, 40_001).Select(i => (byte)(i * 31)).ToArray();
            client.Send(sent);
            Assert.Equal(sent, Receive(accepted, sent.Length));
            accepted.Send(sent);
            Assert.Equal(sent, Receive(client, sent.Length));
        });
        Assert.True(there.Count() > 5 && back.Count() > 5);
        foreach (var place in new[] { _network.NearNamespace, _network.FarNamespace })
            Assert.DoesNotContain(Errors(place), error => error.Value != 0);
    }

    private static ProgramDefinition Translate(ProgramType type, bool isSix, bool isThere, IPAddress address)
    {
        var definition = new ProgramDefinition(isThere ? "there" : "back", type) { DefaultAction = "Pass" };
        var count = definition.AddVariable("count", EbpfCat.Types.ScalarType.UInt64);
        HeaderFieldExpression place = (isSix, isThere) switch
        {
            (false, true) => Packet.IPv4.Destination,
            (false, false) => Packet.IPv4.Source,
            (true, true) => Packet.IPv6.Destination,
            _ => Packet.IPv6.Source,
        };
        HeaderExpression network = isSix ? Packet.IPv6 : Packet.IPv4;
        void Change(CodeBuilder code, HeaderFieldExpression port) => code
            .If(network.And(port == (isThere ? PublicPort : PrivatePort)), then => then
                .Increment(count)
                .Assign(place, address)
                .Assign(port, isThere ? PrivatePort : PublicPort));
        return definition.AddCode(code =>
        {
            Change(code, isThere ? Packet.Udp.DestinationPort : Packet.Udp.SourcePort);
            Change(code, isThere ? Packet.Tcp.DestinationPort : Packet.Tcp.SourcePort);
        });
    }

    private Attachment Attach(LoadedProgram program, bool isNear, string hook)
    {
        var (place, name) =
            isNear ? (_network.NearNamespace, VethPair.Near) : (_network.FarNamespace, VethPair.Far);
        return place.Run<Attachment>(() => hook == "Xdp"
            ? XdpAttachment.Attach(program, new(name))
            : TcAttachment.Attach(program, new(name) { Direction = Enum.Parse<TcDirection>(hook) }));
    }

    private static Socket Listen(AddressFamily family, ProtocolType protocol, IPAddress address)
    {
        var socket = new Socket(
            family, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol)
        { ReceiveTimeout = 500 };
        Assert.True(Counting.Eventually(() =>
        {
            try
            {
                socket.Bind(new IPEndPoint(address, PrivatePort));
                return true;
            }
            catch (SocketException busy) when (busy.SocketErrorCode == SocketError.AddressNotAvailable)
            {
                return false;
            }
        }));
        return socket;
    }

    // A datagram there and one back, of an odd number of bytes.
    private bool Exchange(Socket server, AddressFamily family, IPAddress shown) => _network.FarNamespace.Run(() =>
    {
        try
        {
            using var client = new Socket(family, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 500 };
            client.Connect(shown, PublicPort);
            client.Send(new byte[] { 1, 2, 3, 4, 5, 6, 7 });
            var buffer = new byte[64];
            EndPoint from = new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
            var count = server.ReceiveFrom(buffer, ref from);
            server.SendTo(buffer.AsSpan(0, count), SocketFlags.None, from);
            return client.Receive(buffer) == 7;
        }
        catch (SocketException)
        {
            return false;
        }
    });

    private static byte[] Receive(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var got = socket.Receive(bytes, at, count - at, SocketFlags.None);
            if (got == 0) break;
            at += got;
        }

        return bytes;
    }

    // The kernel's counts of wrong checksums.
    private static Dictionary<string, long> Errors(NetworkNamespace place) => place.Run(() =>
    {
        var errors = new Dictionary<string, long>();
        var lines = File.ReadAllLines("/proc/thread-self/net/snmp");
        for (var i = 0; i + 1 < lines.Length; i += 2)
        {
            var (names, values) = (lines[i].Split(' '), lines[i + 1].Split(' '));
            for (var n = 1; n < names.Length; n++)
            {
                if (names[n] is "InCsumErrors" or "InHdrErrors") errors[names[0] + names[n]] = long.Parse(values[n]);
            }
        }

        foreach (var line in File.ReadAllLines("/proc/thread-self/net/snmp6"))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var name, var value]
                && name.EndsWith("InCsumErrors", StringComparison.Ordinal))
            {
                errors[name] = long.Parse(value);
            }
        }

        return errors;
    });

    // As ethtool -K NAME tx on|off.
    private static void SetOffload(NetworkNamespace place, string name, bool isOn) => place.Run(() =>
    {
        const uint ethtool = 0x8946; // SIOCETHTOOL of linux/sockios.h
        const int setTransmitChecksums = 0x17; // ETHTOOL_STXCSUM of linux/ethtool.h
        var value = Marshal.AllocHGlobal(8);
        try
        {
            // struct ifreq of linux/if.h, with a pointer to struct ethtool_value
            Marshal.WriteInt64(value, setTransmitChecksums | (isOn ? 1L << 32 : 0));
            var request = new byte[40];
            Encoding.ASCII.GetBytes(name, request);
            BitConverter.TryWriteBytes(request.AsSpan(16), (long)value);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            Assert.Equal(0, ControlDevice((int)socket.Handle, ethtool, request));
        }
        finally
        {
            Marshal.FreeHGlobal(value);
        }
    });

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int ControlDevice(int descriptor, nuint request, byte[] argument);
}
