namespace EbpfCat.Language;

/// <summary>
/// A header whose fields are members. Each member has the name of a field in <see cref="PacketHeaders"/>, which has
/// offsets and types.
/// </summary>
public abstract class NamedHeader(PacketHeader header) : HeaderExpression(header)
{
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
public sealed class IPHeader() : NamedHeader(PacketHeaders.IP)
{
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
public sealed class TransportHeader() : NamedHeader(PacketHeaders.Transport)
{
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

/// <summary>The ICMP or ICMPv6 header.</summary>
public sealed class IcmpHeader : NamedHeader
{
    internal IcmpHeader(PacketHeader header)
        : base(header) { }

    public HeaderFieldExpression Type => Named();
    public HeaderFieldExpression Code => Named();
    public HeaderFieldExpression Checksum => Named();
    public HeaderFieldExpression Id => Named();
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
