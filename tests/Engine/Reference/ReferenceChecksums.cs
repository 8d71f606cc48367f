using EbpfCat.Language;

namespace EbpfCat.Tests.Reference;

/// <summary>
/// Keeps checksums as right or wrong as they were before a write: each is changed by the difference of its full
/// computations before and after. The fields are located by the RFCs of the protocols, not by the compiler's table.
/// </summary>
internal static class ReferenceChecksums
{
    private const int Modulus = 0xffff;

    // The place of the checksum in a header.
    private static readonly Dictionary<PacketHeader, int> Places = new()
    {
        [PacketHeaders.IPv4] = 10,
        [PacketHeaders.Icmp] = 2,
        [PacketHeaders.Tcp] = 16,
        [PacketHeaders.Udp] = 6,
        [PacketHeaders.Icmp6] = 2,
        [PacketHeaders.Igmp] = 2,
    };

    /// <summary>Writes to a field, and corrects the checksums that cover it.</summary>
    /// <param name="own">The headers whose checksums the program assigns itself.</param>
    /// <param name="isInner">Whether the field is inside a tunnel: then only checksums there are corrected.</param>
    /// <param name="at">The offset of the field in the packet.</param>
    /// <param name="size">The size of the field in bytes.</param>
    public static void Follow(ReferencePacket packet, IReadOnlySet<PacketHeader> own, bool isInner, int at, int size,
        Action write)
    {
        PacketHeader Here(PacketHeader header) => isInner ? InnerHeaders.Of(header) : header;
        var checksums = Places.Where(place => !own.Contains(Here(place.Key)))
            .Select(place => (place.Value, Covered: Covered(header => packet.Find(Here(header)), packet.Bytes.Length,
                place.Key, place.Value)))
            .Where(c => c.Covered.Any(part => part.Start < at + size && at < part.End))
            .Select(c => (At: c.Covered[0].Start + c.Value, c.Covered, Before: Sum(packet.Bytes, c.Covered),
                IsUdp: packet.Find(Here(PacketHeaders.Udp)) == c.Covered[0].Start))
            .ToList();
        write();
        foreach (var (place, covered, before, isUdp) in checksums)
        {
            var old = (packet.Bytes[place] << 8) | packet.Bytes[place + 1];
            if (isUdp && old == 0) continue;
            var sum = (old - (Sum(packet.Bytes, covered) - before)) % Modulus;
            if (sum < 0) sum += Modulus;
            if (isUdp && sum == 0) sum = Modulus;
            (packet.Bytes[place], packet.Bytes[place + 1]) = ((byte)(sum >> 8), (byte)sum);
        }
    }

    // What a checksum covers but itself: around it, and in the pseudo-header. None if the header is absent.
    private static List<(int Start, int End)> Covered(Func<PacketHeader, int?> find, int length, PacketHeader header,
        int place)
    {
        if (find(header) is not { } start) return [];
        var end = header == PacketHeaders.IPv4 ? start + 20 : length;
        var parts = new List<(int, int)> { (start, start + place), (start + place + 2, end) };
        if (header == PacketHeaders.IPv4 || header == PacketHeaders.Icmp
            || header == PacketHeaders.Igmp)
        {
            return parts;
        }

        var isUdp = header == PacketHeaders.Udp;
        if (isUdp) parts.Add((start + 4, start + 6));
        if (find(PacketHeaders.IPv4) is { } four)
        {
            parts.Add((four + 12, four + 20));
            if (!isUdp) parts.Add((four + 2, four + 4));
        }
        else if (find(PacketHeaders.IPv6) is { } six)
        {
            parts.Add((six + 8, six + 40));
            if (!isUdp) parts.Add((six + 4, six + 6));
        }

        return parts;
    }

    private static long Sum(byte[] bytes, List<(int Start, int End)> parts)
    {
        var sum = 0L;
        foreach (var (start, end) in parts)
        {
            for (var i = start; i < end; i++) sum += (i - start) % 2 == 0 ? bytes[i] << 8 : bytes[i];
        }

        return sum;
    }
}
