using static EbpfCat.Language.PacketHeaders;

namespace EbpfCat.Language;

/// <summary>
/// The headers of a packet inside a tunnel: those of <see cref="PacketHeaders"/> at other locations. Sources: RFC 2003
/// (IPv4 in IP), RFC 4213 and RFC 2473 (IPv6 in IP), RFC 2784 and RFC 2890 (GRE), RFC 7348 (VXLAN), RFC 8926 (Geneve);
/// numbers from IANA.
/// </summary>
internal static class InnerHeaders
{
    private const int IPv4Type = 0x0800;
    private const int IPv6Type = 0x86dd;
    private const int EthernetType = 0x6558; // transparent Ethernet bridging

    private static readonly int[] Types = [EthernetType, IPv4Type, IPv6Type];
    private static readonly HeaderField Type = new("EtherType", 0, ScalarType.UInt16);
    private static readonly Dictionary<PacketHeader, PacketHeader> ByOuter = [];

    /// <summary>The packet inside, whose kind a number tells; its headers are behind this one without bytes.</summary>
    public static PacketHeader Packet { get; } = new("Inner", 0,
    [
        new(new("IPv4InIP", 0, BehindIP(4), []), null, [IPv4Type], 0),
        new(new("IPv6InIP", 0, BehindIP(41), []), null, [IPv6Type], 0),
        Behind(Gre, "ProtocolType", Types),
        Vxlan.End with { Values = [EthernetType] },
        Behind(Geneve, "ProtocolType", Types),
    ], []);

    /// <summary>All headers inside a tunnel.</summary>
    public static IReadOnlyList<PacketHeader> All { get; } = PacketHeaders.All.Select(Of).ToArray();

    /// <summary>The header inside a tunnel with the fields of another one.</summary>
    public static PacketHeader Of(PacketHeader header)
    {
        if (ByOuter.TryGetValue(header, out var known)) return known;
        IEnumerable<HeaderLocation> places = header.Locations.Select(place => place with { Parent = Of(place.Parent) });
        if (header == Ethernet) places = [At(EthernetType)];
        if (header == IPv4) places = places.Prepend(At(IPv4Type));
        if (header == IPv6) places = places.Prepend(At(IPv6Type));
        return ByOuter[header] = new PacketHeader(
            $"{Packet.Name}.{header.Name}", header.Size, [.. places], [.. header.Fields])
        {
            Passed = header.Passed,
            LengthField = header.LengthField,
            MinLength = header.MinLength,
            Options = header.Options,
            ZeroFields = header.ZeroFields,
            Checksum = header.Checksum,
            Alternatives = [.. header.Alternatives.Select(Of)],
            Outer = header,
            Whole = header.Whole is { } whole ? Of(whole) : null,
        };
    }

    private static HeaderLocation At(int type) => new(Packet, Type, [type], 0);
}
