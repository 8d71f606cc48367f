using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Kernel;
using EbpfCat.Types;

namespace EbpfCat.Tests.Attachments;

/// <summary>The same program gives the same answers for the same frames at every hook for packets.</summary>
[Trait("Category", "Hooks")]
public sealed class PacketHookTests
{
    private const int Port = 7778;
    private const string Macs = "ffffffffffff" + "020000000099";
    private const string Addresses6 = "fd770000000000000000000000000002" + "fd770000000000000000000000000001";

    // To port 7778; the checksum of the second is that of the datagram from fd77::2 to fd77::1.
    private const string Udp = "0fa11e62000c0000" + "00000000";
    private const string Udp6 = "0fa11e62000c" + "d6e0" + "00000000";
    private const string Tcp = "0fa11e62" + "0000000100000002" + "50100000" + "00000000";

    private static readonly string[] Numbers =
        ["version", "protocol", "length", "hops", "vlan", "inner", "from", "to", "udp", "tcp", "arp", "type"];

    public static TheoryData<string> Hooks =>
        ["native XDP", "generic XDP", "tc ingress", "tc egress", "socket filter", "control group"];

    // The frames, whether the kernel delivers them to a socket, and what a program sees.
    private static IEnumerable<(string Bytes, bool IsDelivered, string Seen)> Table()
    {
        string Four(string protocol, string rest, string options = "", string fragment = "0000", string total = "")
        {
            var header = (options.Length == 0 ? "45" : "46") + "00"
                + (total.Length > 0 ? total : (20 + ((options.Length + rest.Length) / 2)).ToString("x4", null))
                + "0001" + fragment + "40" + protocol + "0000" + "0a4d0002" + "0a4d0001" + options;
            var sum = Convert.FromHexString(header).Chunk(2).Sum(word => (word[0] << 8) | word[1]);
            while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
            return header[..20] + (~sum & 0xffff).ToString("x4", null) + header[24..] + rest;
        }

        string Six(string next, string rest) =>
            "60000000" + (rest.Length / 2).ToString("x4", null) + next + "40" + Addresses6 + rest;
        const string four = "10.77.0.2 version=4 protocol=17";
        const string six = "fd77::2 version=6 protocol=17";
        const string ports = "from=4001 to=7778";
        yield return ("0800" + Four("11", Udp), true, $"{four} length=32 hops=64 {ports} udp=7778");
        yield return ("0800" + Four("11", Udp, "01010100"), true, $"{four} length=36 hops=64 {ports} udp=7778");
        yield return ("86dd" + Six("11", Udp6), true, $"{six} length=52 hops=64 {ports} udp=7778");
        yield return ("86dd" + Six("3c", "1100010400000000" + Udp6), true, $"{six} length=60 hops=64 {ports} udp=7778");
        yield return ("86dd" + Six("00", "3c00010400000000" + "1101010400000000" + "1e06000000000000" + Udp6), true,
            $"{six} length=76 hops=64 {ports} udp=7778");
        yield return ("8100" + "a064" + "0800" + Four("11", Udp), false,
            $"{four} length=32 hops=64 vlan=100 {ports} udp=7778");
        yield return ("88a8" + "0064" + "8100" + "0007" + "86dd" + Six("06", Tcp), false,
            $"{six[..^2]}6 length=60 hops=64 vlan=100 inner=7 {ports} tcp=7778");
        yield return ("8100" + "0064" + "0806" + "0001080006040001" + "02000000000a0a4d0002" + "0000000000000a4d0001",
            false, "vlan=100 arp=1");
        yield return ("0800" + Four("11", Udp, fragment: "2000"), false, $"{four} length=32 hops=64 {ports} udp=7778");
        yield return ("0800" + Four("11", Udp, fragment: "0003"), false, $"{four} length=32 hops=64");
        yield return ("86dd" + Six("2c", "1100000100000001" + Udp6), false,
            $"{six} length=60 hops=64 {ports} udp=7778");
        yield return ("86dd" + Six("2c", "1100001000000001" + Udp6), false, $"{six} length=60 hops=64");
        yield return ("0800" + Four("06", Tcp), false, $"{four[..^2]}6 length=40 hops=64 {ports} tcp=7778");
        yield return ("0800" + Four("11", Udp[..8], total: "0020"), false, $"{four} length=32 hops=64");
        yield return ("0800" + Four("06", Tcp[..38], total: "0028"), false, $"{four[..^2]}6 length=40 hops=64");
        yield return ("0800" + "4500", false, "");
        yield return ("88b5" + Udp, false, "");
        yield return ("86dd" + Six("3a", "8000" + "0000" + "00010002"), false,
            $"{six[..^2]}58 length=48 hops=64 type=128");
    }

    [Theory]
    [MemberData(nameof(Hooks))]
    public void Frame_has_the_same_headers_at_every_hook(string hook)
    {
        using var network = Packets.Connected();
        var isGroup = hook == "control group";
        using var program = EbpfProgram.Load(Define(hook switch
        {
            "native XDP" or "generic XDP" => ProgramType.Xdp,
            "socket filter" => ProgramType.SocketFilter,
            "control group" => ProgramType.CgroupSkb,
            _ => ProgramType.Tc,
        }, out var source));
        using var attachment = Attach(network, program, hook);
        using var receiver = network.NearNamespace.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
            socket.DualMode = true;
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, Port));
            return socket;
        });
        using var sender = network.FarNamespace.Run(() =>
        {
            var raw = new Socket(AddressFamily.Packet, SocketType.Raw, 0);
            raw.Bind(new DeviceEndPoint(network.FarIndex));
            return raw;
        });
        foreach (var (bytes, isDelivered, seen) in Table())
        {
            if (isGroup && !isDelivered) continue;
            var before = program.Count();
            Assert.True(Counting.Eventually(() =>
            {
                sender.Send(Convert.FromHexString(Macs + bytes));
                Thread.Sleep(20);
                return program.Count() > before;
            }), $"{hook} does not see {bytes}");
            var address = (IPAddress)program.Variables[source].Value!;
            var numbers = Numbers.Select(name => (Name: name, Value: (int)program.Variables[name].Value!))
                .Where(number => number.Value != -1).Select(number => $"{number.Name}={number.Value}");
            var text = string.Join(' ', numbers.Prepend(address.Equals(IPAddress.IPv6Any) ? "" : $"{address}")).Trim();
            Assert.Equal((hook, bytes, seen), (hook, bytes, text));
        }
    }

    private static ProgramDefinition Define(ProgramType type, out string source)
    {
        var definition = new ProgramDefinition("hooks", type) { DefaultAction = "Pass" };
        var count = definition.AddVariable("count", ScalarType.UInt64);
        var address = definition.AddVariable("source", AddressType.IPAddress);
        var values = Numbers.ToDictionary(n => n, n => definition.AddVariable(n, ScalarType.Int32));
        source = "source";
        var isGroup = type == ProgramType.CgroupSkb;
        return definition.AddCode(code => code.If(
            isGroup ? Packet.Udp.DestinationPort == Port : Packet.Ethernet.Source == "02:00:00:00:00:99", then =>
            {
                foreach (var value in values.Values) then.Assign(value, -1);
                then.Assign(address, Packet.IP.Source)
                    .If(Packet.IP, ip => ip
                        .Assign(values["version"], Packet.IP.Version)
                        .Assign(values["protocol"], Packet.IP.Protocol)
                        .Assign(values["length"], Packet.IP.Length)
                        .Assign(values["hops"], Packet.IP.HopLimit))
                    .If(Packet.Transport, transport => transport
                        .Assign(values["from"], Packet.Transport.SourcePort)
                        .Assign(values["to"], Packet.Transport.DestinationPort))
                    .If(Packet.Udp, udp => udp.Assign(values["udp"], Packet.Udp.DestinationPort))
                    .If(Packet.Tcp, tcp => tcp.Assign(values["tcp"], Packet.Tcp.DestinationPort))
                    .If(Packet.Icmp6, icmp => icmp.Assign(values["type"], Packet.Icmp6.Type));
                if (!isGroup)
                {
                    then.If(Packet.Vlan, tag => tag.Assign(values["vlan"], Packet.Vlan.Id))
                        .If(Packet.InnerVlan, tag => tag.Assign(values["inner"], Packet.InnerVlan.Id))
                        .If(Packet.Arp, arp => arp.Assign(values["arp"], Packet.Arp.Operation));
                }

                then.Increment(count);
            }));
    }

    private static IDisposable Attach(VethPair network, LoadedProgram program, string hook)
    {
        if (hook == "control group")
        {
            Assert.SkipWhen(ControlGroups.Root is null, "no control groups of version 2 are mounted");
            return CgroupAttachment.Attach(program, new(ControlGroups.Root!, ProgramHook.Ingress));
        }

        return hook == "tc egress"
            ? network.FarNamespace.Run<IDisposable>(() => TcAttachment.Attach(program,
                new(VethPair.Far) { Direction = TcDirection.Egress }))
            : network.NearNamespace.Run<IDisposable>(() => hook switch
            {
                "tc ingress" => TcAttachment.Attach(program, new(VethPair.Near)),
                "socket filter" => SocketFilterAttachment.Attach(program, new(VethPair.Near)),
                _ => XdpAttachment.Attach(program, new(VethPair.Near)
                {
                    Mode = hook == "native XDP" ? XdpMode.Native : XdpMode.Generic,
                }),
            });
    }
}
