namespace EbpfCat.Language;

/// <summary>One way to a header: behind which other header, and what that one must say.</summary>
/// <param name="Parent">The header before it.</param>
/// <param name="Field">The parent's field that names what follows; null if that is always named by the value.</param>
/// <param name="Values">The values that name this header.</param>
/// <param name="Length">The parent's length in bytes; where it varies, the least that it may be.</param>
public sealed record HeaderLocation(PacketHeader Parent, HeaderField? Field, int[] Values, int Length)
{
    /// <summary>The parent's field with its length in bytes, if it varies; too few: no header.</summary>
    public HeaderField? LengthField { get; init; }

    /// <summary>Fields of the parent, each of which adds so many bytes to the length.</summary>
    public HeaderField[] Options { get; init; } = [];

    /// <summary>Fields of the parent that must be zero: a later fragment has no transport header.</summary>
    public HeaderField[] ZeroFields { get; init; } = [];

    /// <summary>Whether a packet can have headers at both locations, which then begin at the same byte.</summary>
    internal bool Overlaps(HeaderLocation other) =>
        Parent == other.Parent && (Field != other.Field || Values.Intersect(other.Values).Any());

    /// <summary>The headers that may stand between the parent and this one; null for none.</summary>
    internal PassedHeaders? Passed => Field is not null && Parent.Passed is { } passed && passed.Field == Field
        && !passed.Values.Contains(Values[0]) ? passed : null;

    /// <summary>The size in bytes of the number that names the header.</summary>
    internal int NumberSize => Field?.Type.Size ?? 2;

    /// <summary>The fields of the parent that say whether and where the header follows.</summary>
    internal IEnumerable<HeaderField> DecidingFields =>
        [.. Options, .. ZeroFields, .. new[] { Field, LengthField }.OfType<HeaderField>()];
}
