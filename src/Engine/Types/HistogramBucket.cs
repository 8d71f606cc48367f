namespace EbpfCat.Types;

/// <summary>The values of one range.</summary>
/// <param name="Low">The smallest.</param>
/// <param name="High">The largest.</param>
/// <param name="Count">How many there were.</param>
public readonly record struct HistogramBucket(long Low, long High, ulong Count);
