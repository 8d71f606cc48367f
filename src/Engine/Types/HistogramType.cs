namespace EbpfCat.Types;

/// <summary>
/// How often values of each magnitude were seen: 64 counts (unsigned, 8 bytes, in the processor's order). The first is
/// for 0 and below, the one of index n for 2^(n-1) up to 2^n - 1, the last for all above. The .NET value is a <see
/// cref="Histogram"/>.
/// </summary>
public sealed class HistogramType : AggregateType
{
    /// <summary>The number of counts.</summary>
    public const int BucketCount = 64;

    /// <summary>The only instance.</summary>
    public static readonly HistogramType Instance = new();

    private HistogramType() { }

    public override string Name => "histogram";

    public override int Size => BucketCount * sizeof(ulong);

    internal override object Merge(ReadOnlySpan<byte> bytes, int offset, int stride, int count)
    {
        var counts = new ulong[BucketCount];
        for (var i = 0; i < count; i++, offset += stride)
        {
            for (var bucket = 0; bucket < BucketCount; bucket++)
                counts[bucket] += BitConverter.ToUInt64(bytes[(offset + (bucket * sizeof(ulong)))..]);
        }

        return new Histogram(counts);
    }

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        if (value is not Histogram given) throw TypeConversionException.Refuse(value, this, "it takes a histogram");
        bytes.Clear();
        foreach (var bucket in given.Buckets)
            BitConverter.TryWriteBytes(bytes[(bucket.Index * sizeof(ulong))..], bucket.Count);
    }
}
