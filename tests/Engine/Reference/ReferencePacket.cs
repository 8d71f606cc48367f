using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Reference;

/// <summary>A packet as programs see it.</summary>
internal sealed class ReferencePacket(byte[] bytes)
{
    /// <summary>The bytes, which the program may change.</summary>
    public byte[] Bytes { get; } = bytes;

    /// <summary>The offset of a header, or null if it is absent or incomplete.</summary>
    public int? Find(PacketHeader header)
    {
        int? First(params IEnumerable<PacketHeader> headers) =>
            headers.Select(one => Find(header.Outer is null ? one : InnerHeaders.Of(one)))
                .FirstOrDefault(at => at >= 0);
        // What is behind one of several headers is behind the one that is there.
        if (header is { Size: 0, Whole.Alternatives: [_, ..] several })
            return several.FirstOrDefault(one => Find(one) is not null) is { } there ? Find(there.Payload) : null;
        if ((header.Outer ?? header) == PacketHeaders.IP) return First(PacketHeaders.IPv4, PacketHeaders.IPv6);
        if ((header.Outer ?? header) == PacketHeaders.Transport)
            return First(PacketHeaders.Tcp, PacketHeaders.Udp, PacketHeaders.Sctp);
        if (header == InnerHeaders.Packet) return FindInner()?.Offset;
        if (header.Locations.Count == 0) return Has(0, header.Size) ? 0 : null;
        foreach (var location in header.Locations)
        {
            if (location.Parent == InnerHeaders.Packet)
            {
                if (FindInner() is { } inner && location.Values.Contains(inner.Type) && Has(inner.Offset, header.Size))
                    return inner.Offset;
                continue;
            }

            if (Find(location.Parent) is not { } parent) continue;
            if (Behind(parent, location) is { } offset && (header.Size == 0 || Has(offset, header.Size))) return offset;
        }

        return null;
    }

    // What is inside a tunnel, by its EtherType.
    private (int Type, int Offset)? FindInner()
    {
        foreach (var location in InnerHeaders.Packet.Locations)
        {
            if (Find(location.Parent) is not { } tunnel || Behind(tunnel, location) is not { } offset) continue;
            return (location.Field is { } type ? (int)Read(tunnel, type).Number : location.Values[0], offset);
        }

        return null;
    }

    /// <summary>An address of an IP header of either version; null for a name that is none.</summary>
    public byte[]? AddressOf(int ip, bool isIPv4, string name) => (name, isIPv4) switch
    {
        ("Source", true) => Bytes[(ip + 12)..(ip + 16)],
        ("Destination", true) => Bytes[(ip + 16)..(ip + 20)],
        ("Source", false) => Bytes[(ip + 8)..(ip + 24)],
        ("Destination", false) => Bytes[(ip + 24)..(ip + 40)],
        _ => null,
    };

    /// <summary>A number of an IP header of either version.</summary>
    public int NumberOf(int ip, bool isIPv4, string name) => (name, isIPv4) switch
    {
        ("Protocol", true) => Bytes[ip + 9],
        ("Length", true) => (Bytes[ip + 2] << 8) | Bytes[ip + 3],
        ("Protocol", false) => BehindExtensionHeaders(Bytes[ip + 6], ip + 40, out var last) is { } end
            ? end.Named : last,
        ("Length", false) => 40 + ((Bytes[ip + 4] << 8) | Bytes[ip + 5]),
        _ => throw new ArgumentException(name, nameof(name)),
    };

    // The offset of the header that follows another one, if that announces a header of the location.
    private int? Behind(int parent, HeaderLocation location)
    {
        if (location.ZeroFields.Any(zero => Read(parent, zero).Number != 0)) return null;
        var length = location.LengthField is { } field ? (int)Read(parent, field).Number : location.Length
            + location.Options.Sum(option => (int)Read(parent, option).Number);
        if (length < location.Length) return null;
        var offset = parent + length;
        if (location.Field is null) return offset;
        var named = (int)Read(parent, location.Field).Number;
        if (location.Values.Contains(named)) return offset;
        // AH is asked for where it is the first header.
        if (location.Values.Contains(51)) return null;
        return (location.Parent.Outer ?? location.Parent).Name switch
        {
            "Ethernet" => BehindTags(named, offset),
            "IPv6" => BehindExtensionHeaders(named, offset, out _),
            _ => ((int, int)?)null,
        } is { } behind && location.Values.Contains(behind.Item1) ? behind.Item2 : null;
    }

    private (int Named, int Offset)? BehindTags(int named, int offset)
    {
        for (var tags = 0; tags < 2 && named is 0x8100 or 0x88a8; tags++)
        {
            if (!Has(offset, 4)) return null;
            (named, offset) = ((Bytes[offset + 2] << 8) | Bytes[offset + 3], offset + 4);
        }

        return (named, offset);
    }

    private (int Named, int Offset)? BehindExtensionHeaders(int named, int offset, out int last)
    {
        last = named;
        for (var headers = 0; headers < 8 && named is 0 or 43 or 44 or 51 or 60 or 135; headers++)
        {
            if (!Has(offset, 8)) return null;
            if (named == 44) last = Bytes[offset];
            if (named == 44 && (Bytes[offset + 2] != 0 || Bytes[offset + 3] > 7)) return null;
            var length = named switch
            {
                44 => 8,
                51 => 4 * (Bytes[offset + 1] + 2),
                _ => 8 * (Bytes[offset + 1] + 1),
            };
            (named, offset) = (Bytes[offset], offset + length);
            last = named;
        }

        return (named, offset);
    }

    /// <summary>Whether the packet has the bytes; the offset is unsigned.</summary>
    public bool Has(Int128 offset, int size) => offset + size <= Bytes.Length;

    private ReferenceValue Read(int header, HeaderField field) =>
        new BitField(field.BitOffset, field.BitCount, field.Scale)
            .Extract(ReferenceValue.Read(field.Type, Bytes.AsSpan(header + field.Offset)));
}
