using EbpfCat.Types;

namespace EbpfCat.Language;

/// <summary>The packet, for programs written in C#.</summary>
public static class Packet
{
    /// <summary>Its length in bytes.</summary>
    public static Expression Length => new PacketLengthExpression();

    /// <summary>The Ethernet header.</summary>
    public static HeaderExpression Ethernet => new(PacketHeaders.Ethernet);

    /// <summary>The first VLAN tag.</summary>
    public static HeaderExpression Vlan => new(PacketHeaders.Vlan);

    /// <summary>The second VLAN tag.</summary>
    public static HeaderExpression InnerVlan => new(PacketHeaders.InnerVlan);

    /// <summary>The IPv4 header.</summary>
    public static HeaderExpression IPv4 => new(PacketHeaders.IPv4);

    /// <summary>The IPv6 header.</summary>
    public static HeaderExpression IPv6 => new(PacketHeaders.IPv6);

    /// <summary>The TCP header.</summary>
    public static HeaderExpression Tcp => new(PacketHeaders.Tcp);

    /// <summary>The UDP header.</summary>
    public static HeaderExpression Udp => new(PacketHeaders.Udp);

    /// <summary>The ICMP header.</summary>
    public static HeaderExpression Icmp => new(PacketHeaders.Icmp);

    /// <summary>The ICMPv6 header.</summary>
    public static HeaderExpression Icmp6 => new(PacketHeaders.Icmp6);

    /// <summary>The ARP header.</summary>
    public static HeaderExpression Arp => new(PacketHeaders.Arp);

    /// <summary>Bytes of the packet, read as a type; a scalar carries its byte order.</summary>
    /// <param name="offset">From the start of the packet, in bytes.</param>
    /// <param name="type">How they are read.</param>
    public static PacketReadExpression Read(Expression offset, EbpfType type) => new(offset, type);
}
