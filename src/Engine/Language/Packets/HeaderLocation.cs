namespace EbpfCat.Language;

/// <summary>One way to a header: behind which other header, and what that one must say.</summary>
/// <param name="Parent">The header before it.</param>
/// <param name="Field">The parent's field that names what follows.</param>
/// <param name="Values">The values that name this header.</param>
/// <param name="Length">The parent's length in bytes; where it varies, the least that it may be.</param>
/// <param name="LengthField">The parent's field with its length in bytes, if it varies; too few: no header.</param>
/// <param name="ZeroField">A field of the parent that must be zero: a later fragment has no transport header.</param>
public sealed record HeaderLocation(
    PacketHeader Parent, HeaderField Field, IReadOnlyList<int> Values, int Length,
    HeaderField? LengthField = null, HeaderField? ZeroField = null)
{
    /// <summary>The headers that may stand between the parent and this one; null for none.</summary>
    internal PassedHeaders? Passed =>
        Parent.Passed is { } passed && passed.Field == Field && !passed.Values.Contains(Values[0]) ? passed : null;
}
