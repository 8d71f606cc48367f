namespace EbpfCat.Types;

/// <summary>
/// What a program adds up in a map, value by value: the results of several processors are one result together.
/// </summary>
public abstract class AggregateType : EbpfType
{
    private protected AggregateType()
    {
    }

    /// <inheritdoc/>
    public sealed override int Alignment => 8;

    /// <inheritdoc/>
    public sealed override bool Equals(EbpfType? other) => other is not null && other.GetType() == GetType();

    /// <inheritdoc/>
    public sealed override int GetHashCode() => GetType().GetHashCode();

    /// <summary>Reads one result from those of several processors.</summary>
    /// <param name="bytes">All of them.</param>
    /// <param name="offset">Where the first is, in bytes.</param>
    /// <param name="stride">How many bytes further each of the others is.</param>
    /// <param name="count">How many there are.</param>
    internal abstract object Merge(ReadOnlySpan<byte> bytes, int offset, int stride, int count);

    private protected sealed override object? ReadCore(ReadOnlySpan<byte> bytes) => Merge(bytes, 0, Size, 1);
}
