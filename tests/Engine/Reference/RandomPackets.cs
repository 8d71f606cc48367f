using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using static EbpfCat.Tests.Reference.Generators;

namespace EbpfCat.Tests.Reference;

/// <summary>
/// Random packets of 14 to 200 bytes (a test run needs at least an Ethernet header): mostly nested protocols with
/// sensible fields, some truncated, some with random bytes.
/// </summary>
internal static class RandomPackets
{
    private const int Shortest = 14;
    private const int Longest = 200;

    /// <summary>One packet.</summary>
    public static Gen<byte[]> Packet { get; } =
        from bytes in Weighted((9, () => Frame()), (1, () => Gen.Choose(Shortest, Longest).SelectMany(Bytes)))
        from isCut in OnceIn(4)
        from length in Gen.Choose(Shortest, Math.Max(Shortest, Math.Min(bytes.Length, Longest)))
        from isSpoilt in OnceIn(6)
        from at in Gen.Choose(0, length - 1)
        from value in Gen.Choose(0, 255)
        select Finish(bytes, isCut ? length : Math.Min(bytes.Length, Longest), isSpoilt ? (at, (byte)value) : null);

    /// <summary>
    /// The packet if a test run of a tc program accepts it, otherwise the packet with another protocol: an IP header
    /// must be complete.
    /// </summary>
    public static byte[] ForTc(byte[] packet)
    {
        var whole =
            BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(12)) switch { 0x0800 => 34, 0x86dd => 54, _ => 14 };
        return packet.Length >= whole ? packet : [.. packet[..12], 0x88, 0xb5, .. packet[14..]];
    }

    private static byte[] Finish(byte[] bytes, int length, (int At, byte Value)? spoilt)
    {
        var packet = bytes[..length];
        if (spoilt is { } change) packet[change.At] = change.Value;
        return packet;
    }

    private static Gen<byte[]> Frame(bool isInner = false) =>
        from addresses in Addresses(6)
        from tags in Gen.Elements(0, 0, 0, 0, 1, 2)
        from tag in Several(2, 2, Bytes(2))
        from inner in Weighted(
            (5, () => IPv4(isInner)), (3, () => IPv6(isInner)), (1, Arp), (1, () => OtherFrame))
        let tagTypes = new[] { 0x8100, 0x88a8, 0x8100 }
        select (byte[])
        [
            .. addresses,
            .. Enumerable.Range(0, tags).SelectMany(i => (byte[])[.. Big16(tagTypes[i]), .. tag[i]]),
            .. Big16(inner.Type), .. inner.Bytes,
        ];

    private static Gen<(int Type, byte[] Bytes)> OtherFrame =>
        from type in Gen.Elements(0x9999, 0x8847, 0x8864)
        from bytes in Bytes(20)
        select (type, bytes);

    private static Gen<(int Type, byte[] Bytes)> IPv4(bool isInner = false) =>
        from protocol in Gen.Elements(6, 6, 6, 17, 17, 17, 132, 1, 2, 47, 47, 4, 41, 50, 51)
        from options in Gen.Elements(0, 0, 0, 1, 2, 10)
        from isShort in OnceIn(20)
        from fragment in Gen.Elements(0, 0, 0, 0, 0x4000, 0x2000, 0x2001, 185)
        from head in Bytes(12)
        from addresses in Addresses(4)
        from optionBytes in Bytes(4 * options)
        from payload in Transport(protocol, isInner)
        select (0x0800, (byte[])
        [
            (byte)(0x40 | (isShort ? options : 5 + options)), head[0], .. Big16(20 + (4 * options) + payload.Length),
            head[1], head[2],
            .. Big16(fragment), head[3], (byte)protocol, head[4], head[5], .. addresses, .. optionBytes, .. payload,
        ]);

    private static Gen<(int Type, byte[] Bytes)> IPv6(bool isInner = false) =>
        from protocol in Gen.Elements(6, 6, 17, 17, 132, 58, 58, 59, 50, 4, 41, 47)
        from head in Bytes(5)
        from addresses in Addresses(16)
        from transport in Transport(protocol, isInner)
        from count in Gen.Frequency((5, Gen.Constant(0)), (3, Gen.Constant(1)), (2, Gen.Choose(2, 4)),
            (1, Gen.Choose(5, 10)))
        from extensions in Gen.Elements(ExtensionHeaders).ArrayOf(count)
        from lengths in Gen.Elements(0, 0, 0, 1, 2).ArrayOf(count)
        from fill in Bytes(24)
        let chain = Chain(extensions, lengths, fill, protocol)
        let first = extensions.Append(protocol).First()
        let payload = (byte[])[.. chain, .. transport]
        select (0x86dd, (byte[])
            [(byte)(0x60 | (head[0] & 15)), head[1], head[2], head[3], .. Big16(payload.Length), (byte)first,
                head[4], .. addresses, .. payload]);

    // Mobility, hop-by-hop options, routing, destination options, AH and fragments; one in four fragments is a later
    // one.
    private static readonly int[] ExtensionHeaders = [0, 43, 44, 44, 51, 60, 60, 135];

    private static byte[] Chain(int[] headers, int[] lengths, byte[] fill, int last)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < headers.Length; i++)
        {
            var next = (byte)(i + 1 < headers.Length ? headers[i + 1] : last);
            switch (headers[i])
            {
                case 44:
                    bytes.AddRange(next, (byte)0, (byte)0, (byte)(fill[i] % 4 == 0 ? 8 : fill[i + 1] & 7));
                    bytes.AddRange(fill[..4]);
                    break;
                case 51:
                    bytes.AddRange(next, (byte)(1 + lengths[i]));
                    bytes.AddRange(fill[..(10 + 4 * lengths[i])]);
                    break;
                default:
                    bytes.AddRange(next, (byte)lengths[i]);
                    bytes.AddRange(fill[..(6 + 8 * lengths[i])]);
                    break;
            }
        }

        return [.. bytes];
    }

    private static Gen<(int Type, byte[] Bytes)> Arp() =>
        from operation in Gen.Choose(1, 2)
        from rest in Bytes(20)
        select (0x0806, (byte[])[0, 1, 8, 0, 6, 4, 0, (byte)operation, .. rest]);

    private static Gen<byte[]> Transport(int protocol, bool isInner) => protocol switch
    {
        17 when !isInner => OnceIn(2).SelectMany(isTunnel => isTunnel ? UdpTunnel() : Payload(protocol)),
        4 when !isInner => IPv4(isInner: true).Select(packet => packet.Bytes),
        41 when !isInner => IPv6(isInner: true).Select(packet => packet.Bytes),
        47 => Gre(isInner),
        _ => Payload(protocol),
    };

    // A frame or a packet, with its EtherType.
    private static Gen<(int Type, byte[] Bytes)> Inside(bool isInner) => isInner
        ? Bytes(20).Select(bytes => (0x0800, bytes))
        : Weighted((2, () => IPv4(isInner: true)), (2, () => IPv6(isInner: true)),
            (2, () => Frame(isInner: true).Select(frame => (0x6558, frame))),
            (1, () => Bytes(20).Select(bytes => (0x0806, bytes))));

    private static Gen<byte[]> Gre(bool isInner) =>
        from flags in Gen.Elements(0, 0, 0x80, 0x20, 0x10, 0xb0, 0x40)
        from version in Gen.Elements(0, 0, 0, 0, 0, 1)
        from options in Bytes(4 * System.Numerics.BitOperations.PopCount((uint)flags))
        from inside in Inside(isInner)
        select (byte[])[(byte)flags, (byte)version, .. Big16(inside.Type), .. options, .. inside.Bytes];

    private static Gen<byte[]> UdpTunnel() =>
        from port in Gen.Elements(4789, 8472, 6081, 6081)
        from source in Bytes(2)
        from options in Gen.Elements(0, 0, 1, 3)
        from version in Gen.Elements(0, 0, 0, 0, 0x40)
        from optionBytes in Bytes(4 * options)
        from vni in Bytes(4)
        from inside in Inside(isInner: false)
        from frame in Frame(isInner: true)
        let payload = port == 6081
            ? (byte[])[(byte)(version | options), 0, .. Big16(inside.Type), .. vni, .. optionBytes, .. inside.Bytes]
            : [8, 0, 0, 0, .. vni, .. frame]
        select (byte[])[.. source, .. Big16(port), .. Big16(8 + payload.Length), 0, 0, .. payload];

    private static Gen<byte[]> Payload(int protocol) =>
        from ports in Several(2, 2, Gen.Elements(22, 53, 80, 443, 1024, 40000, 65535))
        from flags in Gen.Elements(0x02, 0x12, 0x10, 0x11, 0x18, 0x04, 0xff)
        from offset in Gen.Elements(5, 5, 5, 8, 15)
        from head in Bytes(16)
        from length in Gen.Choose(0, 80)
        from payload in Bytes(length)
        select protocol switch
        {
            6 => (byte[])[.. Big16(ports[0]), .. Big16(ports[1]), .. head[..8], (byte)(offset << 4), (byte)flags,
                .. head[8..14], .. payload],
            17 => [.. Big16(ports[0]), .. Big16(ports[1]), .. Big16(8 + length), .. head[..2], .. payload],
            132 => [.. Big16(ports[0]), .. Big16(ports[1]), .. head[..8], .. payload],
            58 => [(byte)(128 | (head[0] & 15)), 0, .. head[..6], .. payload],
            1 => [(byte)(head[0] & 15), 0, .. head[..6], .. payload],
            _ => payload,
        };

    // Few values, so that packets share some.
    private static Gen<byte[]> Addresses(int size) => Gen.Choose(0, 3).ArrayOf(2).Select(last =>
    {
        var bytes = new byte[2 * size];
        for (var i = 0; i < 2; i++)
        {
            (bytes[i * size], bytes[((i + 1) * size) - 1]) = (10, (byte)last[i]);
        }

        return bytes;
    });

    private static byte[] Big16(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }
}
