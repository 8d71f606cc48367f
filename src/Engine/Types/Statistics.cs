namespace EbpfCat.Types;

/// <summary>Statistics of the values of a quantity, in its unit.</summary>
/// <param name="Count">The number of values.</param>
/// <param name="Sum">Their sum, wrapped at 64 bits.</param>
/// <param name="Minimum">The smallest; null where there were none.</param>
/// <param name="Maximum">The largest; null where there were none.</param>
public sealed record Statistics(ulong Count, long Sum, long? Minimum, long? Maximum)
{
    /// <summary>The sum divided by the count; null where there were no values.</summary>
    public double? Average => Count == 0 ? null : Sum / (double)Count;
}
