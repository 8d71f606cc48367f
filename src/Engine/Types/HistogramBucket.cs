using System.Numerics;

namespace EbpfCat.Types;

/// <summary>The values of one magnitude.</summary>
/// <param name="From">The smallest value that counts here; 0 stands for all that are negative too.</param>
/// <param name="To">The largest.</param>
/// <param name="Count">The number of values.</param>
public readonly record struct HistogramBucket(ulong From, ulong To, ulong Count)
{
    /// <summary>Its place among the counts of a <see cref="HistogramType"/>.</summary>
    internal int Index => From == 0 ? 0 : BitOperations.Log2(From) + 1;

    internal static HistogramBucket At(int index, ulong count) => index == 0
        ? new(0, 0, count)
        : new(1UL << (index - 1), index == HistogramType.BucketCount - 1 ? ulong.MaxValue : (1UL << index) - 1, count);
}
