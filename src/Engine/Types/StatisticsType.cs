namespace EbpfCat.Types;

/// <summary>
/// Count, sum, minimum and maximum of values, 8 bytes each, in the processor's order; all but the count signed. Outside
/// it is a <see cref="Statistics"/>. Minimum and maximum mean nothing while the count is 0.
/// </summary>
public sealed class StatisticsType : AggregateType
{
    /// <summary>The offset of the count in bytes.</summary>
    public const int CountOffset = 0;
    /// <summary>The offset of the sum in bytes.</summary>
    public const int SumOffset = 8;
    /// <summary>The offset of the minimum in bytes.</summary>
    public const int MinimumOffset = 16;
    /// <summary>The offset of the maximum in bytes.</summary>
    public const int MaximumOffset = 24;

    /// <summary>The only instance.</summary>
    public static readonly StatisticsType Instance = new();

    private StatisticsType() { }

    public override string Name => "statistics";

    public override int Size => 32;

    internal override object Merge(ReadOnlySpan<byte> bytes, int offset, int stride, int count)
    {
        var (all, sum, minimum, maximum) = (0UL, 0L, long.MaxValue, long.MinValue);
        for (var i = 0; i < count; i++, offset += stride)
        {
            var one = bytes.Slice(offset, Size);
            if (BitConverter.ToUInt64(one) is not (> 0 and var number)) continue;
            all += number;
            sum += BitConverter.ToInt64(one[SumOffset..]);
            minimum = Math.Min(minimum, BitConverter.ToInt64(one[MinimumOffset..]));
            maximum = Math.Max(maximum, BitConverter.ToInt64(one[MaximumOffset..]));
        }

        return all == 0 ? new Statistics(0, 0, null, null) : new Statistics(all, sum, minimum, maximum);
    }

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        if (value is not Statistics given) throw TypeConversionException.Refuse(value, this, "it takes statistics");
        BitConverter.TryWriteBytes(bytes, given.Count);
        BitConverter.TryWriteBytes(bytes[SumOffset..], given.Sum);
        BitConverter.TryWriteBytes(bytes[MinimumOffset..], given.Minimum ?? 0);
        BitConverter.TryWriteBytes(bytes[MaximumOffset..], given.Maximum ?? 0);
    }
}
