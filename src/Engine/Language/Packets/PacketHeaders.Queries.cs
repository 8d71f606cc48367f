namespace EbpfCat.Language;

/// <content>What the table of headers says of names, locations and checksums.</content>
public static partial class PacketHeaders
{
    /// <summary>A header by name, or null; case does not count. Those inside a tunnel are <c>Inner.NAME</c>.</summary>
    public static PacketHeader? Find(string name) =>
        Everywhere.FirstOrDefault(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The headers, the tunnels' packet, and the headers of that.</summary>
    internal static IEnumerable<PacketHeader> Everywhere => [.. All, InnerHeaders.Packet, .. InnerHeaders.All];

    /// <summary>The headers that the values of a field name, with those values; none for most fields.</summary>
    /// <param name="parent">The header that the field is in.</param>
    internal static IReadOnlyDictionary<string, int> NamedBy(PacketHeader parent, HeaderField field) =>
        Behind(parent, field).Where(one => one.Location.Values.Length == 1 && field.Name != "DestinationPort")
            .DistinctBy(one => one.Header)
            .ToDictionary(one => (one.Header.Outer ?? one.Header).Name, one => one.Location.Values[0],
                StringComparer.OrdinalIgnoreCase);

    /// <summary>The headers that the values of a field name, each with its location.</summary>
    internal static IEnumerable<(PacketHeader Header, HeaderLocation Location)> Behind(
        PacketHeader parent, HeaderField field) =>
        parent.AlternativesOf(field).SelectMany(one => Everywhere
            .SelectMany(header => header.Locations, (header, location) => (Header: header, Location: location))
            .Where(below => below.Location.Parent == one.Header && below.Location.Field == one.Field));

    /// <summary>The headers that a header stands for: its alternatives, or itself.</summary>
    internal static IReadOnlyList<PacketHeader> AlternativesOf(PacketHeader header) =>
        header.Alternatives.Length > 0 ? header.Alternatives : [header];

    /// <summary>
    /// Whether a field, or a part of it, names or delimits one of some headers, or one that may lie over it.
    /// </summary>
    internal static bool Decides(PacketHeader header, HeaderField field, IReadOnlyList<PacketHeader> others) =>
        ((header.Outer ?? header) == InnerVlan && field.Name == "EtherType")
        || others.SelectMany(other => other.Locations).Any(place => place.Parent == header
            ? place.DecidingFields.Any(f => Overlap(f, field))
            : place.DecidingFields.Any() && place.Parent.Locations.Any(a => header.Locations.Any(a.Overlaps)));

    /// <summary>
    /// The header whose checksum covers a field: its own, or the one before it, if that is no IP header; null for none.
    /// </summary>
    internal static PacketHeader? CoveredBy(PacketHeader header, HeaderField field) => header.Checksum is not null
        ? field.Name == HeaderChecksum.FieldName ? null : header
        : header.Locations is [{ Parent: { Checksum: not null } parent }, ..] && (parent.Outer ?? parent) != IPv4
                ? parent : null;

    /// <summary>The headers whose checksums cover a field as part of the pseudo-header.</summary>
    /// <param name="header">The header that the field is in.</param>
    internal static IEnumerable<PacketHeader> WithPseudoHeader(PacketHeader header, HeaderField field) =>
        Everywhere.Where(other => other.Checksum is { } checksum && checksum.PseudoHeader.Contains(field.Name)
            && (other == header || other.Locations.Any(place => place.Parent == header)));

    private static bool Overlap(HeaderField a, HeaderField b) =>
        a.Offset < b.Offset + b.Type.Size && b.Offset < a.Offset + a.Type.Size;

    /// <summary>Where a header may be.</summary>
    /// <param name="startsAtNetwork">Whether the program sees packets from their IP header on.</param>
    /// <returns>The places; none of a header that is always first; null of one that the program never sees.</returns>
    internal static IReadOnlyList<HeaderLocation>? LocationsOf(PacketHeader header, bool startsAtNetwork) =>
        !startsAtNetwork || header == Network ? header.Locations
        : header == IPv4 ? IPv4First
        : header == IPv6 ? IPv6First
        : header.Locations.Any(place => LocationsOf(place.Parent, startsAtNetwork) is not null)
            || header.Alternatives.Any(one => LocationsOf(one, startsAtNetwork) is not null) ? header.Locations
        : null;
}
