namespace EbpfCat.Language;

/// <summary>
/// A header whose fields are members. Each member has the name of a field in <see cref="PacketHeaders"/>, which has
/// offsets and types.
/// </summary>
public abstract class NamedHeader(PacketHeader header) : HeaderExpression(header)
{
    /// <summary>The offset of the header from the start of the packet, in bytes.</summary>
    public HeaderFieldExpression Offset => Named();

    /// <summary>The offset of the first byte behind the header from the start of the packet, in bytes.</summary>
    public HeaderFieldExpression PayloadOffset => Named();

    private protected HeaderFieldExpression Named([CallerMemberName] string name = "") => this[name];
}

#pragma warning disable CS1591 // The fields are named as in the RFC of the protocol.

/// <summary>The Ethernet header.</summary>
public sealed class EthernetHeader : NamedHeader
{
    internal EthernetHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression Destination => Named();
    public new HeaderFieldExpression Source => Named();
    public HeaderFieldExpression EtherType => Named();
}

/// <summary>A VLAN tag.</summary>
public sealed class VlanHeader : NamedHeader
{
    internal VlanHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression Priority => Named();
    public HeaderFieldExpression DropEligible => Named();
    public HeaderFieldExpression Id => Named();
    public HeaderFieldExpression EtherType => Named();
}

/// <summary>The IPv4 or IPv6 header, whichever is present.</summary>
public sealed class IPHeader : NamedHeader
{
    internal IPHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression Version => Named();
    public new HeaderFieldExpression Source => Named();
    public HeaderFieldExpression Destination => Named();
    public HeaderFieldExpression Protocol => Named();
    public HeaderFieldExpression HopLimit => Named();
    public HeaderFieldExpression Length => Named();
}

/// <summary>The IPv4 header.</summary>
public sealed class IPv4Header : NamedHeader
{
    internal IPv4Header(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression Version => Named();
    public HeaderFieldExpression HeaderLength => Named();
    public HeaderFieldExpression TypeOfService => Named();
    public HeaderFieldExpression Dscp => Named();
    public HeaderFieldExpression Ecn => Named();
    public HeaderFieldExpression TotalLength => Named();
    public HeaderFieldExpression Id => Named();
    public HeaderFieldExpression DontFragment => Named();
    public HeaderFieldExpression MoreFragments => Named();
    public HeaderFieldExpression FragmentOffset => Named();
    public HeaderFieldExpression TimeToLive => Named();
    public HeaderFieldExpression Ttl => Named();
    public HeaderFieldExpression Protocol => Named();
    public HeaderFieldExpression Checksum => Named();
    public new HeaderFieldExpression Source => Named();
    public HeaderFieldExpression Destination => Named();
}

/// <summary>The IPv6 header.</summary>
public sealed class IPv6Header : NamedHeader
{
    internal IPv6Header(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression Version => Named();
    public HeaderFieldExpression TrafficClass => Named();
    public HeaderFieldExpression FlowLabel => Named();
    public HeaderFieldExpression PayloadLength => Named();
    public HeaderFieldExpression NextHeader => Named();
    public HeaderFieldExpression HopLimit => Named();
    public new HeaderFieldExpression Source => Named();
    public HeaderFieldExpression Destination => Named();
}

/// <summary>The TCP, UDP or SCTP header, whichever is present.</summary>
public sealed class TransportHeader : NamedHeader
{
    internal TransportHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression SourcePort => Named();
    public HeaderFieldExpression DestinationPort => Named();
}

/// <summary>The TCP header.</summary>
public sealed class TcpHeader : NamedHeader
{
    internal TcpHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression SourcePort => Named();
    public HeaderFieldExpression DestinationPort => Named();
    public HeaderFieldExpression SequenceNumber => Named();
    public HeaderFieldExpression AcknowledgmentNumber => Named();
    public HeaderFieldExpression HeaderLength => Named();
    public HeaderFieldExpression Flags => Named();
    public HeaderFieldExpression Cwr => Named();
    public HeaderFieldExpression Ece => Named();
    public HeaderFieldExpression Urg => Named();
    public HeaderFieldExpression Ack => Named();
    public HeaderFieldExpression Psh => Named();
    public HeaderFieldExpression Rst => Named();
    public HeaderFieldExpression Syn => Named();
    public HeaderFieldExpression Fin => Named();
    public HeaderFieldExpression Window => Named();
    public HeaderFieldExpression Checksum => Named();
    public HeaderFieldExpression UrgentPointer => Named();
}

/// <summary>The UDP header.</summary>
public sealed class UdpHeader : NamedHeader
{
    internal UdpHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression SourcePort => Named();
    public HeaderFieldExpression DestinationPort => Named();
    public HeaderFieldExpression Length => Named();
    public HeaderFieldExpression Checksum => Named();
}

/// <summary>The SCTP header.</summary>
public sealed class SctpHeader : NamedHeader
{
    internal SctpHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression SourcePort => Named();
    public HeaderFieldExpression DestinationPort => Named();
    public HeaderFieldExpression VerificationTag => Named();
    public HeaderFieldExpression Checksum => Named();
}

/// <summary>The DNS header.</summary>
public sealed class DnsHeader : NamedHeader
{
    internal DnsHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression Id => Named();
    public HeaderFieldExpression Flags => Named();
    public HeaderFieldExpression IsResponse => Named();
    public HeaderFieldExpression Opcode => Named();
    public HeaderFieldExpression IsAuthoritative => Named();
    public HeaderFieldExpression IsTruncated => Named();
    public HeaderFieldExpression RecursionDesired => Named();
    public HeaderFieldExpression RecursionAvailable => Named();
    public HeaderFieldExpression AuthenticData => Named();
    public HeaderFieldExpression CheckingDisabled => Named();
    public HeaderFieldExpression ResponseCode => Named();
    public HeaderFieldExpression QuestionCount => Named();
    public HeaderFieldExpression AnswerCount => Named();
    public HeaderFieldExpression AuthorityCount => Named();
    public HeaderFieldExpression AdditionalCount => Named();
    public HeaderFieldExpression Name => Named();
}

/// <summary>The ICMP header.</summary>
public sealed class IcmpHeader : NamedHeader
{
    internal IcmpHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression Type => Named();
    public HeaderFieldExpression Code => Named();
    public HeaderFieldExpression Checksum => Named();
    public HeaderFieldExpression Id => Named();
    public HeaderFieldExpression Gateway => Named();
    public HeaderFieldExpression Sequence => Named();
    public HeaderFieldExpression Mtu => Named();
}

/// <summary>The ICMPv6 header.</summary>
public sealed class Icmp6Header : NamedHeader
{
    internal Icmp6Header(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression Type => Named();
    public HeaderFieldExpression Code => Named();
    public HeaderFieldExpression Checksum => Named();
    public HeaderFieldExpression Id => Named();
    public HeaderFieldExpression Mtu => Named();
    public HeaderFieldExpression Sequence => Named();
}

/// <summary>Neighbour discovery: what follows the checksum of the ICMPv6 header.</summary>
public sealed class NeighborHeader : NamedHeader
{
    internal NeighborHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression IsRouter => Named();
    public HeaderFieldExpression IsSolicited => Named();
    public HeaderFieldExpression Override => Named();
    public HeaderFieldExpression Target => Named();
}

/// <summary>The IGMP header.</summary>
public sealed class IgmpHeader : NamedHeader
{
    internal IgmpHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression Type => Named();
    public HeaderFieldExpression MaxResponseTime => Named();
    public HeaderFieldExpression Checksum => Named();
    public HeaderFieldExpression Group => Named();
}

/// <summary>The ESP header.</summary>
public sealed class EspHeader : NamedHeader
{
    internal EspHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression Spi => Named();
    public HeaderFieldExpression Sequence => Named();
}

/// <summary>The AH header.</summary>
public sealed class AhHeader : NamedHeader
{
    internal AhHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression NextHeader => Named();
    public HeaderFieldExpression Length => Named();
    public HeaderFieldExpression Spi => Named();
    public HeaderFieldExpression Sequence => Named();
}

/// <summary>The ARP header, for Ethernet and IPv4.</summary>
public sealed class ArpHeader : NamedHeader
{
    internal ArpHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression HardwareType => Named();
    public HeaderFieldExpression ProtocolType => Named();
    public HeaderFieldExpression HardwareLength => Named();
    public HeaderFieldExpression ProtocolLength => Named();
    public HeaderFieldExpression Operation => Named();
    public HeaderFieldExpression SenderHardwareAddress => Named();
    public HeaderFieldExpression SenderAddress => Named();
    public HeaderFieldExpression TargetHardwareAddress => Named();
    public HeaderFieldExpression TargetAddress => Named();
}

/// <summary>The GRE header.</summary>
public sealed class GreHeader : NamedHeader
{
    internal GreHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression ChecksumPresent => Named();
    public HeaderFieldExpression KeyPresent => Named();
    public HeaderFieldExpression SequencePresent => Named();
    public HeaderFieldExpression Version => Named();
    public HeaderFieldExpression ProtocolType => Named();
    public HeaderFieldExpression Key => Named();
    public HeaderFieldExpression SequenceNumber => Named();
}

/// <summary>The VXLAN header.</summary>
public sealed class VxlanHeader : NamedHeader
{
    internal VxlanHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression Flags => Named();
    public HeaderFieldExpression Vni => Named();
}

/// <summary>The Geneve header.</summary>
public sealed class GeneveHeader : NamedHeader
{
    internal GeneveHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression Version => Named();
    public HeaderFieldExpression OptionsLength => Named();
    public HeaderFieldExpression Control => Named();
    public HeaderFieldExpression Critical => Named();
    public HeaderFieldExpression ProtocolType => Named();
    public HeaderFieldExpression Vni => Named();
}

/// <summary>The first entry of an MPLS label stack.</summary>
public sealed class MplsHeader : NamedHeader
{
    internal MplsHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression Label => Named();
    public HeaderFieldExpression TrafficClass => Named();
    public HeaderFieldExpression IsLast => Named();
    public HeaderFieldExpression TimeToLive => Named();
}

/// <summary>The header of a PPPoE session, with the protocol of PPP.</summary>
public sealed class PppoeHeader : NamedHeader
{
    internal PppoeHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression Code => Named();
    public HeaderFieldExpression SessionId => Named();
    public HeaderFieldExpression Length => Named();
    public HeaderFieldExpression Protocol => Named();
}
