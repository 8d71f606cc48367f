#!/usr/bin/env dotnet
#:project ../src/Engine/EbpfCat.Engine.csproj

// Counts the packets that arrive at an interface, by protocol and by source, in the kernel.
//
//     sudo dotnet run examples/PacketCount.cs
//
// The interface is one end of a veth pair between two network namespaces that exist for this run alone. A known number
// of packets is sent from the other end, so the counts can be checked: the exit code is 1 if one of them differs.

using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;

// Frames to this address are counted. What the kernels send on their own account, such as IPv6 neighbour discovery,
// goes to other addresses.
var destination = PhysicalAddress.Parse("02-00-00-00-00-01");

var program = new ProgramDefinition("packet_count", ProgramType.Xdp);
var packets = program.AddVariable<ulong>("packets");
var protocols = program.AddMap<Protocol, ulong>("protocols", MapType.Hash, maxEntries: 256);
var sources = program.AddMap<IPAddress, ulong>("sources", MapType.LruHash, maxEntries: 4096);
program.AddCode(code => code
    .If(Packet.Ethernet.Destination != destination, other => other.Return("Pass"))
    .If(Packet.IPv4, ipv4 => ipv4
        .Increment(protocols[Packet.IPv4.Protocol])
        .Increment(sources[Packet.IPv4.Source]))
    .ElseIf(Packet.IPv6, ipv6 => ipv6
        .Increment(protocols[Packet.IPv6.NextHeader])
        .Increment(sources[Packet.IPv6.Source]))
    .Increment(packets)
    .Return("Pass"));

Flow[] flows =
[
    new("192.0.2.1", Protocol.Udp, 120),
    new("192.0.2.2", Protocol.Icmp, 30),
    new("192.0.2.3", Protocol.Tcp, 77),
    new("192.0.2.3", Protocol.Udp, 5),
    new("2001:db8::1", Protocol.Udp, 64),
    new("2001:db8::2", Protocol.Icmp6, 11),
    new("2001:db8::3", Protocol.Tcp, 199),
];

try
{
    return CountPackets();
}
catch (KernelException refusal)
{
    Console.Error.WriteLine(refusal.Message);
    return 2;
}

int CountPackets()
{
    using var here = NetworkNamespace.Create();
    using var there = NetworkNamespace.Create();
    here.CreateVethPair("near0", there, "far0");

    using var loaded = EbpfProgram.Load(program);
    using var attachment = here.Run(() => XdpAttachment.Attach(loaded, new("near0") { Mode = XdpMode.Native }));
    Console.WriteLine($"{loaded.Name}: {loaded.InstructionCount} instructions, " +
        $"{attachment.Mode} mode on {attachment.InterfaceName}\n");

    using var sender = there.Run(() => OpenSender("far0"));
    var sent = 0UL;
    foreach (var flow in flows)
    {
        var frame = flow.ToFrame(destination);
        for (var number = 0; number < flow.Count; number++)
        {
            sender.Send(frame);
            // A veth queues 256 packets and drops what comes too fast.
            if (++sent % 64 == 0) WaitFor(loaded.Variable(packets), sent);
        }
    }

    WaitFor(loaded.Variable(packets), sent);
    var right = Show("Protocol", flows.GroupBy(flow => flow.Protocol), loaded.Map(protocols));
    right &= Show("Source", flows.GroupBy(flow => flow.Source), loaded.Map(sources));
    var counted = loaded.Variable(packets).Value;
    right &= counted == sent;
    Console.WriteLine($"{counted} packets counted of {sent} sent: {(right ? "exact" : "WRONG")}");
    return right ? 0 : 1;
}

// A packet(7) socket: what is sent through it leaves the interface as it is.
static Socket OpenSender(string interfaceName)
{
    var socket = new Socket(AddressFamily.Packet, SocketType.Raw, 0);
    socket.Bind(new LinkEndPoint(Interfaces.IndexOf(interfaceName)));
    return socket;
}

// The variable is the kernel's own memory: reading it costs no system call.
static void WaitFor(LiveVariable<ulong> counter, ulong expected)
{
    var waited = Stopwatch.StartNew();
    while (counter.Value < expected && waited.Elapsed < TimeSpan.FromSeconds(2)) Thread.Yield();
}

static bool Show<T>(
    string title, IEnumerable<IGrouping<T, Flow>> groups, IEnumerable<KeyValuePair<T, ulong>> entries)
    where T : notnull
{
    var sent = groups.ToDictionary(group => group.Key, group => (ulong)group.Sum(flow => flow.Count));
    var counted = entries.ToDictionary();
    Console.WriteLine($"{title,-16}{"Sent",8}{"Counted",10}");
    Console.WriteLine($"{new string('-', title.Length),-16}{"----",8}{"-------",10}");
    foreach (var key in sent.Keys.Union(counted.Keys))
    {
        Console.WriteLine($"{key,-16}{sent.GetValueOrDefault(key),8}{counted.GetValueOrDefault(key),10}");
    }

    Console.WriteLine();
    return sent.Count == counted.Count && sent.All(pair => counted.GetValueOrDefault(pair.Key) == pair.Value);
}

internal enum Protocol : byte
{
    Icmp = 1,
    Tcp = 6,
    Udp = 17,
    Icmp6 = 58,
}

/// <summary>Packets of one source and protocol.</summary>
internal sealed class Flow(string source, Protocol protocol, int count)
{
    private const int EthernetLength = 14;

    public IPAddress Source { get; } = IPAddress.Parse(source);

    public Protocol Protocol { get; } = protocol;

    public int Count { get; } = count;

    /// <summary>
    /// Ethernet, IPv4 or IPv6, and the transport header. Checksums are left out: nobody receives the packets.
    /// </summary>
    public byte[] ToFrame(PhysicalAddress destination)
    {
        var (etherType, network) = Source.AddressFamily == AddressFamily.InterNetwork
            ? (0x0800, IPv4()) : (0x86dd, IPv6());
        var frame = new byte[EthernetLength + network.Length];
        destination.GetAddressBytes().CopyTo(frame, 0);
        PhysicalAddress.Parse("02-00-00-00-00-02").GetAddressBytes().CopyTo(frame, 6);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), (ushort)etherType);
        network.CopyTo(frame, EthernetLength);
        return frame;
    }

    private byte[] IPv4()
    {
        byte[] packet = [0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, (byte)Protocol, 0, 0, .. Source.GetAddressBytes(), 192, 0, 2,
            100, .. Transport()];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        return packet;
    }

    private byte[] IPv6()
    {
        var transport = Transport();
        var target = IPAddress.Parse("2001:db8::100").GetAddressBytes();
        return [0x60, 0, 0, 0, 0, (byte)transport.Length, (byte)Protocol, 64, .. Source.GetAddressBytes(), .. target,
            .. transport];
    }

    private byte[] Transport() => Protocol switch
    {
        Protocol.Icmp => [8, 0, 0, 0, 0, 1, 0, 1],
        Protocol.Icmp6 => [128, 0, 0, 0, 0, 1, 0, 1],
        Protocol.Udp => [0x30, 0x39, 0, 53, 0, 8, 0, 0],
        _ => [0x30, 0x39, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0xff, 0xff, 0, 0, 0, 0],
        // TCP: the SYN of a connection
    };
}

/// <summary>An interface as the address of a packet(7) socket: <c>struct sockaddr_ll</c> (linux/if_packet.h).</summary>
internal sealed class LinkEndPoint(int interfaceIndex) : EndPoint
{
    private const int Size = 20;
    private const int IndexOffset = 4;

    public override AddressFamily AddressFamily => AddressFamily.Packet;

    public override SocketAddress Serialize()
    {
        var address = new SocketAddress(AddressFamily, Size);
        BitConverter.TryWriteBytes(address.Buffer.Span[IndexOffset..], interfaceIndex);
        return address;
    }
}
