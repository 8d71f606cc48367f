namespace EbpfCat.Language;

/// <summary>The packet, for programs written in C#.</summary>
/// <remarks>A header is an expression that is true if the packet has it. Its fields are members.</remarks>
/// <example>
/// <code>
/// definition.AddCode(code => code
///     .If(Packet.Tcp.And(Packet.Tcp.DestinationPort == 22), then => then.Return("Drop"))
///     .Return("Pass"));
/// </code>
/// </example>
public static class Packet
{
    /// <summary>Its length in bytes.</summary>
    public static Expression Length => new PacketLengthExpression();

    /// <summary>The index of the interface: of Xdp the one that received it, else the one that it is at.</summary>
    public static Expression InterfaceIndex => Context(nameof(InterfaceIndex));

    /// <summary>
    /// The queue: of Xdp the receive queue, from 0; else <c>queue_mapping</c> of the kernel, where a receive queue
    /// counts from 1. Tc programs can set it.
    /// </summary>
    public static Expression Queue => Context(nameof(Queue));

    /// <summary>The mark (Tc, SocketFilter, CgroupSkb). Tc and CgroupSkb programs can set it.</summary>
    public static Expression Mark => Context(nameof(Mark));

    /// <summary>The priority (Tc, SocketFilter, CgroupSkb). Tc and CgroupSkb programs can set it.</summary>
    public static Expression Priority => Context(nameof(Priority));

    /// <summary>The hash of the flow; 0 where none was computed (Tc, SocketFilter, CgroupSkb).</summary>
    public static Expression Hash => Context(nameof(Hash));

    /// <summary>The time stamp in nanoseconds; 0 where there is none (Tc). Programs can set it.</summary>
    public static Expression TimeStamp => Context(nameof(TimeStamp));

    /// <summary>The Ethernet header.</summary>
    public static EthernetHeader Ethernet => new(PacketHeaders.Ethernet);

    /// <summary>The first VLAN tag.</summary>
    public static VlanHeader Vlan => new(PacketHeaders.Vlan);

    /// <summary>The second VLAN tag.</summary>
    public static VlanHeader InnerVlan => new(PacketHeaders.InnerVlan);

    /// <summary>The IPv4 or IPv6 header, whichever is present.</summary>
    public static IPHeader IP => new(PacketHeaders.IP);

    /// <summary>The IPv4 header.</summary>
    public static IPv4Header IPv4 => new(PacketHeaders.IPv4);

    /// <summary>The IPv6 header.</summary>
    public static IPv6Header IPv6 => new(PacketHeaders.IPv6);

    /// <summary>The TCP, UDP or SCTP header, whichever is present.</summary>
    public static TransportHeader Transport => new(PacketHeaders.Transport);

    /// <summary>The TCP header.</summary>
    public static TcpHeader Tcp => new(PacketHeaders.Tcp);

    /// <summary>The UDP header.</summary>
    public static UdpHeader Udp => new(PacketHeaders.Udp);

    /// <summary>The SCTP header.</summary>
    public static SctpHeader Sctp => new(PacketHeaders.Sctp);

    /// <summary>The DNS header.</summary>
    public static DnsHeader Dns => new(PacketHeaders.Dns);

    /// <summary>The ICMP header.</summary>
    public static IcmpHeader Icmp => new(PacketHeaders.Icmp);

    /// <summary>The ICMPv6 header.</summary>
    public static Icmp6Header Icmp6 => new(PacketHeaders.Icmp6);

    /// <summary>Neighbour discovery: what follows the checksum of the ICMPv6 header.</summary>
    public static NeighborHeader Neighbor => new(PacketHeaders.Neighbor);

    /// <summary>The IGMP header.</summary>
    public static IgmpHeader Igmp => new(PacketHeaders.Igmp);

    /// <summary>The ESP header.</summary>
    public static EspHeader Esp => new(PacketHeaders.Esp);

    /// <summary>The AH header.</summary>
    public static AhHeader Ah => new(PacketHeaders.Ah);

    /// <summary>The ARP header.</summary>
    public static ArpHeader Arp => new(PacketHeaders.Arp);

    /// <summary>The GRE header.</summary>
    public static GreHeader Gre => new(PacketHeaders.Gre);

    /// <summary>The VXLAN header.</summary>
    public static VxlanHeader Vxlan => new(PacketHeaders.Vxlan);

    /// <summary>The Geneve header.</summary>
    public static GeneveHeader Geneve => new(PacketHeaders.Geneve);

    /// <summary>The packet inside a tunnel: IP in IP, GRE, VXLAN or Geneve.</summary>
    public static InnerPacket Inner => new();

    /// <summary>The first entry of an MPLS label stack.</summary>
    public static MplsHeader Mpls => new(PacketHeaders.Mpls);

    /// <summary>The header of a PPPoE session, with the protocol of PPP.</summary>
    public static PppoeHeader Pppoe => new(PacketHeaders.Pppoe);

    /// <summary>Bytes of the packet, read as a type; a scalar carries its byte order.</summary>
    /// <param name="offset">From the start of the packet, in bytes.</param>
    /// <param name="type">The type of the bytes.</param>
    public static PacketReadExpression Read(Expression offset, EbpfType type) => new(offset, type);

    private static EventFieldExpression Context(string name) => new([name]) { IsOfContext = true };
}
