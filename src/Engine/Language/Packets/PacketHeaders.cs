using static EbpfCat.Types.ByteOrder;

namespace EbpfCat.Language;

/// <summary>
/// The protocol headers that <c>$packet</c> knows, as a table of facts. Sources: IEEE 802.3 and 802.1Q, RFC 791 (IPv4),
/// RFC 8200 (IPv6 and its extension headers), RFC 4302 (AH), RFC 6275 (mobility), RFC 9293 (TCP), RFC 768 (UDP), RFC
/// 9260 (SCTP), RFC 792 and 1191 (ICMP), RFC 4443 and 4861 (ICMPv6), RFC 2236 (IGMP), RFC 4303 (ESP), RFC 1035 and 4035
/// (DNS), RFC 826 (ARP), RFC 3032 (MPLS), RFC 2516 (PPPoE), RFC 2784 and 2890 (GRE), RFC 7348 (VXLAN), RFC 8926
/// (Geneve); numbers from IANA. <see cref="InnerHeaders"/> has them again, inside a tunnel.
/// </summary>
public static partial class PacketHeaders
{
    private static readonly ScalarType U8 = ScalarType.UInt8;
    private static readonly ScalarType U16 = ScalarType.UInt16.WithByteOrder(BigEndian);
    private static readonly ScalarType U32 = ScalarType.UInt32.WithByteOrder(BigEndian);

    /// <summary>The Ethernet header, always first.</summary>
    public static PacketHeader Ethernet { get; } = new("Ethernet", 14, [],
    [
        new("Destination", 0, AddressType.Mac),
        new("Source", 6, AddressType.Mac),
        PassedHeaders.Tags.Field,
    ])
    {
        Passed = PassedHeaders.Tags,
    };

    /// <summary>
    /// The outer 802.1Q or 802.1ad tag. In programs of types Tc and SocketFilter it may have been taken out of the
    /// packet into its metadata.
    /// </summary>
    public static PacketHeader Vlan { get; } = new("Vlan", 4, [Behind(Ethernet, "EtherType", 0x8100, 0x88a8)],
        VlanFields());

    /// <summary>A second tag behind the first.</summary>
    public static PacketHeader InnerVlan { get; } = new("InnerVlan", 4, [Behind(Vlan, "EtherType", 0x8100, 0x88a8)],
        VlanFields());

    /// <summary>
    /// IPv4 behind Ethernet and up to two tags. <c>HeaderLength</c>: bytes, <c>FragmentOffset</c>: 8 bytes each.
    /// </summary>
    public static PacketHeader IPv4 { get; } = new("IPv4", 20, [Behind(Ethernet, "EtherType", 0x0800)],
    [
        new("Version", 0, U8) { BitOffset = 4, BitCount = 4 },
        new("HeaderLength", 0, U8) { BitOffset = 0, BitCount = 4, Scale = 2 },
        new("TypeOfService", 1, U8),
        new("Dscp", 1, U8) { BitOffset = 2, BitCount = 6 },
        new("Ecn", 1, U8) { BitOffset = 0, BitCount = 2 },
        new("TotalLength", 2, U16),
        new("Id", 4, U16),
        new("DontFragment", 6, U8) { BitOffset = 6, BitCount = 1 },
        new("MoreFragments", 6, U8) { BitOffset = 5, BitCount = 1 },
        new("FragmentOffset", 6, U16) { BitOffset = 0, BitCount = 13 },
        new("TimeToLive", 8, U8),
        new("Ttl", 8, U8),
        new("Protocol", 9, U8),
        new("Checksum", 10, U16),
        new("Source", 12, AddressType.IPv4),
        new("Destination", 16, AddressType.IPv4),
    ])
    {
        LengthField = "HeaderLength",
        Checksum = new(),
    };

    // Only the first fragment has what follows.
    private static readonly HeaderField[] FragmentOffset = [IPv4.GetField("FragmentOffset")];

    /// <summary>IPv6 behind the Ethernet header and up to two tags. <c>PayloadLength</c> is in bytes.</summary>
    public static PacketHeader IPv6 { get; } = new("IPv6", 40, [Behind(Ethernet, "EtherType", 0x86dd)],
    [
        new("Version", 0, U8) { BitOffset = 4, BitCount = 4 },
        new("TrafficClass", 0, U16) { BitOffset = 4, BitCount = 8 },
        new("FlowLabel", 0, U32) { BitOffset = 0, BitCount = 20 },
        new("PayloadLength", 4, U16),
        PassedHeaders.Extensions.Field,
        new("HopLimit", 7, U8),
        new("Source", 8, AddressType.IPv6),
        new("Destination", 24, AddressType.IPv6),
    ])
    {
        Passed = PassedHeaders.Extensions,
    };

    /// <summary>
    /// TCP behind IPv4, or behind IPv6 and up to eight extension headers; not in later fragments.
    /// <c>HeaderLength</c>: bytes.
    /// </summary>
    public static PacketHeader Tcp { get; } = new("Tcp", 20, BehindIP(6),
    [
        new("SourcePort", 0, U16),
        new("DestinationPort", 2, U16),
        new("SequenceNumber", 4, U32),
        new("AcknowledgmentNumber", 8, U32),
        new("HeaderLength", 12, U8) { BitOffset = 4, BitCount = 4, Scale = 2 },
        new("Flags", 13, U8),
        new("Cwr", 13, U8) { BitOffset = 7, BitCount = 1 },
        new("Ece", 13, U8) { BitOffset = 6, BitCount = 1 },
        new("Urg", 13, U8) { BitOffset = 5, BitCount = 1 },
        new("Ack", 13, U8) { BitOffset = 4, BitCount = 1 },
        new("Psh", 13, U8) { BitOffset = 3, BitCount = 1 },
        new("Rst", 13, U8) { BitOffset = 2, BitCount = 1 },
        new("Syn", 13, U8) { BitOffset = 1, BitCount = 1 },
        new("Fin", 13, U8) { BitOffset = 0, BitCount = 1 },
        new("Window", 14, U16),
        new("Checksum", 16, U16),
        new("UrgentPointer", 18, U16),
    ])
    {
        LengthField = "HeaderLength",
        Checksum = new("Source", "Destination", "TotalLength", "PayloadLength") { IsOffloaded = true },
    };

    /// <summary>
    /// UDP behind IPv4, or behind IPv6 and up to eight extension headers; not in later fragments. <c>Length</c> is in
    /// bytes, header included.
    /// </summary>
    public static PacketHeader Udp { get; } = new("Udp", 8, BehindIP(17),
    [
        new("SourcePort", 0, U16),
        new("DestinationPort", 2, U16),
        new("Length", 4, U16),
        new("Checksum", 6, U16),
    ])
    {
        Checksum = new("Source", "Destination", "Length") { IsOffloaded = true, IsOptional = true },
    };

    /// <summary>
    /// SCTP behind IPv4, or behind IPv6 and up to eight extension headers; not in later fragments. <c>Checksum</c>:
    /// CRC32c.
    /// </summary>
    public static PacketHeader Sctp { get; } = new("Sctp", 12, BehindIP(132),
    [
        new("SourcePort", 0, U16),
        new("DestinationPort", 2, U16),
        new("VerificationTag", 4, U32),
        new("Checksum", 8, U32),
    ]);

    /// <summary>
    /// DNS in UDP from or to port 53. <c>IsResponse</c> to <c>ResponseCode</c> are the parts of <c>Flags</c>.
    /// <c>Name</c> is that of the first question, in lower case; cut after 127 bytes, and empty if it is malformed.
    /// </summary>
    public static PacketHeader Dns { get; } = new("Dns", 12,
        [Behind(Udp, "DestinationPort", 53), Behind(Udp, "SourcePort", 53)],
    [
        new("Id", 0, U16),
        new("Flags", 2, U16),
        new("IsResponse", 2, U8) { BitOffset = 7, BitCount = 1 },
        new("Opcode", 2, U8) { BitOffset = 3, BitCount = 4 },
        new("IsAuthoritative", 2, U8) { BitOffset = 2, BitCount = 1 },
        new("IsTruncated", 2, U8) { BitOffset = 1, BitCount = 1 },
        new("RecursionDesired", 2, U8) { BitOffset = 0, BitCount = 1 },
        new("RecursionAvailable", 3, U8) { BitOffset = 7, BitCount = 1 },
        new("AuthenticData", 3, U8) { BitOffset = 5, BitCount = 1 },
        new("CheckingDisabled", 3, U8) { BitOffset = 4, BitCount = 1 },
        new("ResponseCode", 3, U8) { BitOffset = 0, BitCount = 4 },
        new("QuestionCount", 4, U16),
        new("AnswerCount", 6, U16),
        new("AuthorityCount", 8, U16),
        new("AdditionalCount", 10, U16),
        new("Name", 12, new StringType(128)) { IsName = true },
    ]);

    /// <summary>
    /// ICMP behind IPv4. <c>Gateway</c> is that of a redirect, <c>Mtu</c> that of the next hop where a packet is too
    /// long.
    /// </summary>
    public static PacketHeader Icmp { get; } = new("Icmp", 8, [BehindIPv4(1)],
    [
        .. IcmpFields(),
        new("Id", 4, U16),
        new("Gateway", 4, AddressType.IPv4),
        new("Sequence", 6, U16),
        new("Mtu", 6, U16),
    ])
    {
        Checksum = new(),
    };

    /// <summary>
    /// ICMPv6 behind IPv6 and up to eight extension headers. <c>Mtu</c> is that of the next hop where a packet is too
    /// long.
    /// </summary>
    public static PacketHeader Icmp6 { get; } = new("Icmp6", 8, [Behind(IPv6, "NextHeader", 58)],
    [
        .. IcmpFields(),
        new("Id", 4, U16),
        new("Mtu", 4, U32),
        new("Sequence", 6, U16),
    ])
    {
        Checksum = new("Source", "Destination", "PayloadLength"),
    };

    /// <summary>
    /// Neighbour discovery behind the first four bytes of ICMPv6: solicitations, advertisements and redirects. The
    /// flags are those of advertisements.
    /// </summary>
    public static PacketHeader Neighbor { get; } = new(
        "Neighbor", 20, [Behind(Icmp6, "Type", 135, 136, 137) with { Length = 4 }],
    [
        new("IsRouter", 0, U8) { BitOffset = 7, BitCount = 1 },
        new("IsSolicited", 0, U8) { BitOffset = 6, BitCount = 1 },
        new("Override", 0, U8) { BitOffset = 5, BitCount = 1 },
        new("Target", 4, AddressType.IPv6),
    ]);

    /// <summary>IGMP behind IPv4. <c>MaxResponseTime</c> is in tenths of a second.</summary>
    public static PacketHeader Igmp { get; } = new("Igmp", 8, [BehindIPv4(2)],
    [
        .. IcmpFields()[..1],
        new("MaxResponseTime", 1, U8),
        .. IcmpFields()[2..],
        new("Group", 4, AddressType.IPv4),
    ])
    {
        Checksum = new(),
    };

    /// <summary>ESP behind IPv4, or behind IPv6 and up to eight extension headers.</summary>
    public static PacketHeader Esp { get; } = new("Esp", 8, BehindIP(50),
    [
        new("Spi", 0, U32),
        new("Sequence", 4, U32),
    ]);

    /// <summary>
    /// AH directly behind IPv4 or IPv6. <c>Length</c> counts words of four bytes, without the first two. Behind IPv6
    /// it is an extension header, behind which others are found.
    /// </summary>
    public static PacketHeader Ah { get; } = new("Ah", 12, BehindIP(51),
    [
        new("NextHeader", 0, U8),
        new("Length", 1, U8),
        new("Spi", 4, U32),
        new("Sequence", 8, U32),
    ])
    {
        MinLength = 8,
        Options = [new("Length", 1, U8) { BitCount = 8, Scale = 2 }],
    };

    /// <summary>ARP for Ethernet and IPv4.</summary>
    public static PacketHeader Arp { get; } = new("Arp", 28, [Behind(Ethernet, "EtherType", 0x0806)],
    [
        new("HardwareType", 0, U16),
        new("ProtocolType", 2, U16),
        new("HardwareLength", 4, U8),
        new("ProtocolLength", 5, U8),
        new("Operation", 6, U16),
        new("SenderHardwareAddress", 8, AddressType.Mac),
        new("SenderAddress", 14, AddressType.IPv4),
        new("TargetHardwareAddress", 18, AddressType.Mac),
        new("TargetAddress", 24, AddressType.IPv4),
    ]);

    /// <summary>The first entry of an MPLS label stack, behind the Ethernet header and up to two tags.</summary>
    public static PacketHeader Mpls { get; } = new("Mpls", 4, [Behind(Ethernet, "EtherType", 0x8847, 0x8848)],
    [
        new("Label", 0, U32) { BitOffset = 12, BitCount = 20 },
        new("TrafficClass", 2, U8) { BitOffset = 1, BitCount = 3 },
        new("IsLast", 2, U8) { BitOffset = 0, BitCount = 1 },
        new("TimeToLive", 3, U8),
    ]);

    /// <summary>
    /// A PPPoE session behind the Ethernet header and up to two tags. <c>Length</c> is that of what follows, in bytes,
    /// with <c>Protocol</c>, which is that of PPP.
    /// </summary>
    public static PacketHeader Pppoe { get; } = new("Pppoe", 8, [Behind(Ethernet, "EtherType", 0x8864)],
    [
        new("Code", 1, U8),
        new("SessionId", 2, U16),
        new("Length", 4, U16),
        new("Protocol", 6, U16),
    ]);

    /// <summary>
    /// IPv4 or IPv6. <c>Protocol</c>: of what is behind the extension headers. <c>Length</c>: of the packet from this
    /// header on, in bytes.
    /// </summary>
    public static PacketHeader IP { get; } = new("IP", 1, [],
    [
        new("Version", 0, U8) { BitOffset = 4, BitCount = 4 },
        OfIP("Source", AddressType.IPAddress, "Source", IPv6.GetField("Source")),
        OfIP("Destination", AddressType.IPAddress, "Destination", IPv6.GetField("Destination")),
        OfIP("Protocol", U8, "Protocol", IPv6.GetField("NextHeader")) with { IsProtocol = true },
        OfIP("HopLimit", U8, "TimeToLive", IPv6.GetField("HopLimit")),
        OfIP("Length", ScalarType.UInt32, "TotalLength", IPv6.GetField("PayloadLength") with { Addend = 40 }),
    ])
    {
        Alternatives = [IPv4, IPv6],
    };

    /// <summary>TCP, UDP or SCTP.</summary>
    public static PacketHeader Transport { get; } = new("Transport", 4, [],
    [
        new("SourcePort", 0, U16),
        new("DestinationPort", 2, U16),
    ])
    {
        Alternatives = [Tcp, Udp, Sctp],
    };

    private static readonly HeaderField GreVersion = new("Version", 1, U8) { BitOffset = 0, BitCount = 3 };

    /// <summary>
    /// GRE behind IPv4 or IPv6. <c>Key</c> and <c>SequenceNumber</c> are absent where their flags are not set.
    /// </summary>
    public static PacketHeader Gre { get; } = new("Gre", 4, BehindIP(47),
    [
        new("ChecksumPresent", 0, U8) { BitOffset = 7, BitCount = 1 },
        new("KeyPresent", 0, U8) { BitOffset = 5, BitCount = 1 },
        new("SequencePresent", 0, U8) { BitOffset = 4, BitCount = 1 },
        GreVersion,
        new("ProtocolType", 2, U16),
        new("Key", 0, U32) { IsPart = true },
        new("SequenceNumber", 0, U32) { IsPart = true },
    ])
    {
        Options = [GreFlag(7), GreFlag(5), GreFlag(4)],
        // Linux takes no GRE of another version, or with the routing of RFC 1701.
        ZeroFields = [GreVersion, GreFlag(6)],
    };

    /// <summary>The optional parts of GRE that have fields, behind the checksum.</summary>
    internal static readonly PacketHeader[] GreParts =
    [
        GrePart("Key", "KeyPresent", GreFlag(7)), GrePart("SequenceNumber", "SequencePresent", GreFlag(7), GreFlag(5)),
    ];

    /// <summary>VXLAN behind UDP: to port 4789, or to 8472, which Linux takes by default.</summary>
    public static PacketHeader Vxlan { get; } = new("Vxlan", 8, [Behind(Udp, "DestinationPort", 4789, 8472)],
        [new("Flags", 0, U8), new("Vni", 4, U32) { BitOffset = 8, BitCount = 24 }]);

    private static readonly HeaderField GeneveVersion = new("Version", 0, U8) { BitOffset = 6, BitCount = 2 };
    private static readonly HeaderField GeneveOptions =
        new("OptionsLength", 0, U8) { BitOffset = 0, BitCount = 6, Scale = 2 };

    /// <summary>Geneve behind UDP, to port 6081. <c>OptionsLength</c> is in bytes.</summary>
    public static PacketHeader Geneve { get; } = new("Geneve", 8, [Behind(Udp, "DestinationPort", 6081)],
    [
        GeneveVersion,
        GeneveOptions,
        new("Control", 1, U8) { BitOffset = 7, BitCount = 1 },
        new("Critical", 1, U8) { BitOffset = 6, BitCount = 1 },
        new("ProtocolType", 2, U16),
        new("Vni", 4, U32) { BitOffset = 8, BitCount = 24 },
    ])
    {
        Options = [GeneveOptions],
        ZeroFields = [GeneveVersion],
    };

    // What a packet begins with where the header before IP is not shown: the first byte tells which IP it is.
    private static readonly PacketHeader Network = new("Ip", 1, [],
        [new("Version", 0, U8) { BitOffset = 4, BitCount = 4 }])
    {
        MinLength = 0,
    };

    private static readonly HeaderLocation[] IPv4First = [Behind(Network, "Version", 4)];
    private static readonly HeaderLocation[] IPv6First = [Behind(Network, "Version", 6)];

    /// <summary>All of them but those inside a tunnel.</summary>
    public static IReadOnlyList<PacketHeader> All { get; } = (PacketHeader[])
    [
        Ethernet, Vlan, InnerVlan, IP, IPv4, IPv6, Transport, Tcp, Udp, Sctp, Dns, Icmp, Icmp6, Neighbor, Igmp, Esp, Ah,
        Arp, Gre, Vxlan, Geneve, Mpls, Pppoe,
    ];

    internal static HeaderLocation Behind(PacketHeader parent, string field, params int[] values) =>
        parent.End with { Field = parent.GetField(field), Values = values };

    private static HeaderLocation BehindIPv4(int protocol) =>
        Behind(IPv4, "Protocol", protocol) with { ZeroFields = FragmentOffset };

    internal static HeaderLocation[] BehindIP(int protocol) =>
        [BehindIPv4(protocol), Behind(IPv6, "NextHeader", protocol)];

    private static HeaderField OfIP(string name, EbpfType type, string ofIPv4, HeaderField ofIPv6) =>
        new(name, 0, type) { Alternatives = [IPv4.GetField(ofIPv4), ofIPv6] };

    // Each part that a flag announces has four bytes.
    internal static HeaderField GreFlag(int bit) => new("Flag", 0, U8) { BitOffset = bit, BitCount = 1, Scale = 2 };

    private static PacketHeader GrePart(string field, string flag, params HeaderField[] before) =>
        new(Gre.Name, 4, [Behind(Gre, flag, 1) with { Options = before, ZeroFields = Gre.ZeroFields }],
            [Gre.GetField(field)])
        {
            Whole = Gre,
        };

    private static HeaderField[] VlanFields() =>
    [
        new("Priority", 0, U8) { BitOffset = 5, BitCount = 3 },
        new("DropEligible", 0, U8) { BitOffset = 4, BitCount = 1 },
        new("Id", 0, U16) { BitOffset = 0, BitCount = 12 },
        new("EtherType", 2, U16),
    ];

    private static HeaderField[] IcmpFields() =>
        [new("Type", 0, U8), new("Code", 1, U8), new(HeaderChecksum.FieldName, 2, U16)];
}
