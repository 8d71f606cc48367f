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
    HeaderField Field, int MaxCount, int Size, HeaderField Next, IReadOnlyList<PassedHeader> Kinds)
{
    /// <summary>The values that name one of them.</summary>
    public IReadOnlyList<int> Values { get; } = [.. Kinds.SelectMany(kind => kind.Values)];

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
    IReadOnlyList<int> Values, int Length, HeaderField? LengthField = null, HeaderField? ZeroField = null);
