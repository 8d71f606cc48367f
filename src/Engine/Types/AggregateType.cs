namespace EbpfCat.Types;

/// <summary>
/// A map value into which a program aggregates numbers one by one: a histogram, or statistics. A map may hold one
/// result for each processor; user space reads them merged into one.
/// </summary>
public abstract class AggregateType : EbpfType
{
    private protected AggregateType() { }

    public sealed override int Alignment => 8;

    public sealed override bool Equals(EbpfType? other) => other is AggregateType && other.Name == Name;

    public sealed override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Name);

    /// <summary>Merges the results of several processors into one.</summary>
    /// <param name="bytes">The memory that holds the results.</param>
    /// <param name="offset">The offset of the first result, in bytes.</param>
    /// <param name="stride">The distance from one result to the next, in bytes.</param>
    internal abstract object Merge(ReadOnlySpan<byte> bytes, int offset, int stride, int count);

    private protected sealed override object? ReadCore(ReadOnlySpan<byte> bytes) => Merge(bytes, 0, Size, 1);
}
