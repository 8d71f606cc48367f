using static EbpfCat.Types.ByteOrder;

namespace EbpfCat.Language;

/// <summary>
/// Headers that may stand between a header and what it names, each naming the next: VLAN tags, IPv6 extension headers.
/// </summary>
/// <param name="Field">The field of the header before them that names the first.</param>
/// <param name="MaxCount">How many of them are passed.</param>
/// <param name="Size">How many bytes of each must be there.</param>
/// <param name="Next">The field of each that names what follows it.</param>
/// <param name="Kinds">Their kinds.</param>
public sealed record PassedHeaders(
    HeaderField Field, int MaxCount, int Size, HeaderField Next, PassedHeader[] Kinds)
{
    private static readonly ScalarType U8 = ScalarType.UInt8;
    private static readonly ScalarType U16 = ScalarType.UInt16.WithByteOrder(BigEndian);

    /// <summary>The tags of 802.1Q and 802.1ad behind Ethernet; two, as the kernel's own dissector passes.</summary>
    internal static PassedHeaders Tags { get; } = new(new("EtherType", 12, U16), 2, 4, new("EtherType", 2, U16),
        [new([0x8100, 0x88a8], 4)]);

    /// <summary>
    /// The extension headers of IPv6. Hop-by-hop options, routing, destination options and mobility count their length
    /// in words of eight bytes without the first; AH counts words of four bytes without the first two. Only the first
    /// fragment has what follows.
    /// </summary>
    internal static PassedHeaders Extensions { get; } = new(new("NextHeader", 6, U8), 8, 8, new("NextHeader", 0, U8),
    [
        new([0, 60, 43, 135], 8, new("Length", 1, U8) { BitCount = 8, Scale = 3 }),
        new([44], 8, ZeroField: new("FragmentOffset", 2, U16) { BitOffset = 3, BitCount = 13 }),
        new([51], 8, new("Length", 1, U8) { BitCount = 8, Scale = 2 }),
    ]);

    /// <summary>The values that name one of them.</summary>
    public IReadOnlyList<int> Values { get; } = Kinds.SelectMany(kind => kind.Values).ToArray();

    /// <summary>The size in bytes of the numbers that name them.</summary>
    internal int NumberSize => Next.Type.Size;

    /// <summary>The length of the longest, in bytes.</summary>
    internal int MaxLength => Kinds.Max(kind => kind.Length
        + (kind.LengthField is { } varies ? ((1 << varies.Type.Size * 8) - 1) << varies.Scale : 0));
}

/// <summary>A kind of header that is passed.</summary>
/// <param name="Values">The values that name it.</param>
/// <param name="Length">Its length in bytes; where it varies, what is added to the field.</param>
/// <param name="LengthField">The field that gives the rest of its length in bytes.</param>
/// <param name="ZeroField">A field that must be zero: a later fragment has no other headers.</param>
public sealed record PassedHeader(
    int[] Values, int Length, HeaderField? LengthField = null, HeaderField? ZeroField = null);
