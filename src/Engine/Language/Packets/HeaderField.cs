namespace EbpfCat.Language;

/// <summary>A field of a protocol header.</summary>
/// <param name="Offset">Its offset from the start of the header, in bytes.</param>
/// <param name="Type">How its bytes are read: a scalar in network order, or an address.</param>
public sealed record HeaderField(string Name, int Offset, EbpfType Type)
{
    /// <summary>The offset of a header from the start of the packet, in bytes.</summary>
    public static HeaderField HeaderOffset { get; } = new("Offset", 0, ScalarType.UInt32) { IsOffset = true };

    /// <summary>The offset of the first byte behind a header from the start of the packet, in bytes.</summary>
    public static HeaderField PayloadOffset { get; } =
        new("PayloadOffset", 0, ScalarType.UInt32) { IsOffset = true, IsPart = true };

    /// <summary>The fields that every header has.</summary>
    internal static IReadOnlyList<HeaderField> Common { get; } = (HeaderField[])[HeaderOffset, PayloadOffset];

    /// <summary>The least significant bit of a bit field, counted in the value that <see cref="Type"/> reads.</summary>
    public int BitOffset { get; init; }

    /// <summary>How many bits a bit field has; 0 for a whole one.</summary>
    public int BitCount { get; init; }

    /// <summary>By how many bits the value is shifted left: 2 where the protocol counts words of four bytes.</summary>
    public int Scale { get; init; }

    /// <summary>The number of bytes that is added to the value, where the field does not count its header.</summary>
    public int Addend { get; init; }

    /// <summary>
    /// Whether it is the only field of an optional part of the header. <see cref="Offset"/> is then in that part.
    /// </summary>
    public bool IsPart { get; init; }

    /// <summary>Whether it is the protocol of what is behind an IP header and the extension headers.</summary>
    public bool IsProtocol { get; init; }

    /// <summary>Whether it is no bytes of the header, but where the header, or what is behind it, begins.</summary>
    public bool IsOffset { get; init; }

    /// <summary>Whether it is a domain name in labels (RFC 1035), behind the header.</summary>
    public bool IsName { get; init; }

    /// <summary>
    /// In a header with alternatives: the field of each of them. Empty where it lies at the same place in all.
    /// </summary>
    public HeaderField[] Alternatives { get; init; } = [];
}
