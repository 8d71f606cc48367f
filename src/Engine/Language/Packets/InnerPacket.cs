using static EbpfCat.Language.InnerHeaders;

namespace EbpfCat.Language;

#pragma warning disable CA1822 // The headers are members of an expression, as fields are of a header.

/// <summary>The packet inside a tunnel, with its headers. As a value it is true if there is one.</summary>
public sealed class InnerPacket : HeaderExpression
{
    internal InnerPacket()
        : base(InnerHeaders.Packet) { }

    /// <summary>The Ethernet header.</summary>
    public EthernetHeader Ethernet => new(Of(PacketHeaders.Ethernet));

    /// <summary>The first VLAN tag.</summary>
    public VlanHeader Vlan => new(Of(PacketHeaders.Vlan));

    /// <summary>The second VLAN tag.</summary>
    public VlanHeader InnerVlan => new(Of(PacketHeaders.InnerVlan));

    /// <summary>The IPv4 or IPv6 header, whichever is present.</summary>
    public IPHeader IP => new(Of(PacketHeaders.IP));

    /// <summary>The IPv4 header.</summary>
    public IPv4Header IPv4 => new(Of(PacketHeaders.IPv4));

    /// <summary>The IPv6 header.</summary>
    public IPv6Header IPv6 => new(Of(PacketHeaders.IPv6));

    /// <summary>The TCP, UDP or SCTP header, whichever is present.</summary>
    public TransportHeader Transport => new(Of(PacketHeaders.Transport));

    /// <summary>The TCP header.</summary>
    public TcpHeader Tcp => new(Of(PacketHeaders.Tcp));

    /// <summary>The UDP header.</summary>
    public UdpHeader Udp => new(Of(PacketHeaders.Udp));

    /// <summary>The SCTP header.</summary>
    public SctpHeader Sctp => new(Of(PacketHeaders.Sctp));

    /// <summary>The DNS header.</summary>
    public DnsHeader Dns => new(Of(PacketHeaders.Dns));

    /// <summary>The ICMP header.</summary>
    public IcmpHeader Icmp => new(Of(PacketHeaders.Icmp));

    /// <summary>The ICMPv6 header.</summary>
    public Icmp6Header Icmp6 => new(Of(PacketHeaders.Icmp6));

    /// <summary>Neighbour discovery: what follows the checksum of the ICMPv6 header.</summary>
    public NeighborHeader Neighbor => new(Of(PacketHeaders.Neighbor));

    /// <summary>The IGMP header.</summary>
    public IgmpHeader Igmp => new(Of(PacketHeaders.Igmp));

    /// <summary>The ESP header.</summary>
    public EspHeader Esp => new(Of(PacketHeaders.Esp));

    /// <summary>The AH header.</summary>
    public AhHeader Ah => new(Of(PacketHeaders.Ah));

    /// <summary>The ARP header.</summary>
    public ArpHeader Arp => new(Of(PacketHeaders.Arp));

    /// <summary>The GRE header.</summary>
    public GreHeader Gre => new(Of(PacketHeaders.Gre));

    /// <summary>The VXLAN header.</summary>
    public VxlanHeader Vxlan => new(Of(PacketHeaders.Vxlan));

    /// <summary>The Geneve header.</summary>
    public GeneveHeader Geneve => new(Of(PacketHeaders.Geneve));

    /// <summary>The first entry of an MPLS label stack.</summary>
    public MplsHeader Mpls => new(Of(PacketHeaders.Mpls));

    /// <summary>The header of a PPPoE session, with the protocol of PPP.</summary>
    public PppoeHeader Pppoe => new(Of(PacketHeaders.Pppoe));
}
