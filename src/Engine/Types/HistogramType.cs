using System.Text.RegularExpressions;

namespace EbpfCat.Types;

/// <summary>
/// How often values of each range were seen: counts (unsigned, 8 bytes, in the processor's order) of the values in each
/// of a sequence of ranges. These are powers of two, or steps of one size. The .NET value is a <see cref="Histogram"/>.
/// </summary>
public sealed partial class HistogramType : AggregateType
{
    /// <summary>The most ranges of a linear histogram: its counts take 32 KiB.</summary>
    public const int MaxBuckets = 4096;

    // The number of ranges of values from 0 on, and as many below.
    internal const int Magnitudes = 64;

    private const string LinearName = "linear";

    /// <summary>
    /// The histogram of powers of two: ranges for 0, for 1, and from each power of two to below the next; for negative
    /// values the same ranges mirrored: -1, -2, -4 to -3, and so on. The outermost ranges begin at 2^62.
    /// </summary>
    public static readonly HistogramType Instance = new(0, 0, 0, 2 * Magnitudes);

    private HistogramType(long low, long high, long step, int count) =>
        (Low, High, Step, BucketCount) = (low, high, step, count);

    /// <summary>Where the steps of a linear histogram begin.</summary>
    public long Low { get; }

    /// <summary>Where they end: the first value of the range above all steps.</summary>
    public long High { get; }

    /// <summary>The size of a step; 0 for the histogram of powers of two.</summary>
    public long Step { get; }

    /// <summary>The number of ranges, and so of counts.</summary>
    public int BucketCount { get; }

    public override string Name => Step == 0
        ? "histogram" : string.Create(CultureInfo.InvariantCulture, $"{LinearName}({Low},{High},{Step})");

    public override int Size => BucketCount * sizeof(ulong);

    /// <summary>
    /// A histogram with ranges of one size, and one each for all values below and above: <c>linear(0,100,10)</c>.
    /// </summary>
    /// <param name="low">Where the ranges begin.</param>
    /// <param name="high">Where they end; moved up to a whole number of steps from <paramref name="low"/>.</param>
    /// <param name="step">The size of a range.</param>
    /// <exception cref="ArgumentException">There are none, or more than <see cref="MaxBuckets"/>.</exception>
    public static HistogramType Linear(long low, long high, long step)
    {
        if (step <= 0) throw new ArgumentException($"A histogram with steps of {step} has no ranges.", nameof(step));
        if (low >= high) throw new ArgumentException($"From {low} to {high} there is nothing.", nameof(high));
        var steps = ((Int128)high - low + step - 1) / step;
        var (start, end) = ((Int128)low - step, low + (steps * step));
        if (steps + 2 > MaxBuckets)
        {
            throw new ArgumentException(
                $"There are {steps} steps from {low} to {high}; a histogram has at most {MaxBuckets - 2}.",
                nameof(step));
        }

        return start < long.MinValue || end > long.MaxValue
            ? throw new ArgumentException($"Steps of {step} from {low} to {high} do not fit in 64 bits.", nameof(step))
            : new HistogramType(low, (long)end, step, (int)steps + 2);
    }

    /// <summary>Parses the text of a linear histogram; null where it is the text of another type.</summary>
    /// <exception cref="FormatException">It is one, with wrong numbers.</exception>
    internal static HistogramType? ParseLinear(string text)
    {
        if (!text.StartsWith(LinearName, StringComparison.OrdinalIgnoreCase)) return null;
        var example = $"a histogram with steps is written as {LinearName}(0,100,10): from, to, step.";
        var match = LinearPattern().Match(text);
        if (!match.Success) throw new FormatException($"'{text}' is not a kernel type; {example}");
        var numbers = new long[3];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!long.TryParse(match.Groups[i + 1].Value, CultureInfo.InvariantCulture, out numbers[i]))
                throw new FormatException($"'{text}' is not a kernel type; {example}");
        }

        try
        {
            return Linear(numbers[0], numbers[1], numbers[2]);
        }
        catch (ArgumentException error)
        {
            throw new FormatException($"'{text}' is not a kernel type: {error.Message.Split(" (Parameter")[0]}");
        }
    }

    /// <summary>The values that are counted at an index.</summary>
    internal (long Low, long High) RangeOf(int index)
    {
        if (Step > 0)
        {
            return (index == 0 ? long.MinValue : Low + ((index - 1) * Step),
                index == BucketCount - 1 ? long.MaxValue : Low + (index * Step) - 1);
        }

        // The ranges below zero are the complements of those above it.
        var bits = index < Magnitudes ? Magnitudes - 1 - index : index - Magnitudes;
        var (low, high) = bits == 0 ? (0, 0) : (1L << (bits - 1), (long)((1UL << bits) - 1));
        return index < Magnitudes ? (~high, ~low) : (low, high);
    }

    internal override object Merge(ReadOnlySpan<byte> bytes, int offset, int stride, int count)
    {
        var counts = new ulong[BucketCount];
        for (var i = 0; i < count; i++, offset += stride)
        {
            for (var bucket = 0; bucket < BucketCount; bucket++)
                counts[bucket] += BitConverter.ToUInt64(bytes[(offset + (bucket * sizeof(ulong)))..]);
        }

        return new Histogram(this, counts);
    }

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        if (value is not Histogram given || !given.Type.Equals(this))
            throw TypeConversionException.Refuse(value, this, "it takes such a histogram");
        bytes.Clear();
        for (var i = 0; i < given.Buckets.Count; i++)
            BitConverter.TryWriteBytes(bytes[((given.First + i) * sizeof(ulong))..], given.Buckets[i].Count);
    }

    [GeneratedRegex(@"^linear\s*\(\s*(-?\d+)\s*,\s*(-?\d+)\s*,\s*(-?\d+)\s*\)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LinearPattern();
}
