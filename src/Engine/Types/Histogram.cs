namespace EbpfCat.Types;

/// <summary>The numbers of values in each of a sequence of ranges.</summary>
public sealed class Histogram
{
    private static readonly string[] Units = ["", "K", "M", "G", "T", "P", "E"];

    /// <summary>Makes one.</summary>
    /// <param name="type">The type, which determines the ranges.</param>
    /// <param name="counts">The counts, those of smaller values first; those left out are 0.</param>
    /// <exception cref="ArgumentException">There are more than the type has.</exception>
    public Histogram(HistogramType type, IReadOnlyList<ulong> counts)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Count > type.BucketCount)
            throw new ArgumentException($"There are {type.BucketCount} counts at most.", nameof(counts));
        Type = type;
        var (first, last) = (0, counts.Count - 1);
        while (last >= 0 && counts[last] == 0) last--;
        while (first < last && counts[first] == 0) first++;
        var buckets = new List<HistogramBucket>();
        for (var i = first; i <= last; i++)
        {
            var (low, high) = type.RangeOf(i);
            buckets.Add(new HistogramBucket(low, high, counts[i]));
            Count += counts[i];
        }

        (First, Buckets) = (first, buckets);
    }

    /// <summary>The type, which determines the ranges.</summary>
    public HistogramType Type { get; }

    /// <summary>The ranges from the first to the last that is not empty, those of smaller values first.</summary>
    public IReadOnlyList<HistogramBucket> Buckets { get; }

    /// <summary>The number of values.</summary>
    public ulong Count { get; }

    /// <summary>The index of the first bucket among all that the type has.</summary>
    internal int First { get; }

    /// <summary>The histogram as text: a line with a bar for each bucket.</summary>
    /// <param name="width">How long the longest bar is, in characters.</param>
    public string Draw(int width = 40)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        var text = new StringBuilder();
        var max = Buckets.Select(bucket => bucket.Count).DefaultIfEmpty().Max();
        foreach (var bucket in Buckets)
        {
            var bar = new string('@', (int)Math.Round(bucket.Count / (double)max * width));
            if (text.Length > 0) text.AppendLine();
            text.Append(CultureInfo.InvariantCulture,
                $"{Range(bucket),-16}{bucket.Count,12} |{bar.PadRight(width)}|");
        }

        return text.ToString();
    }

    /// <summary>The number of values, and their range.</summary>
    public override string ToString() => Buckets.Count == 0
        ? "0 values"
        : string.Create(CultureInfo.InvariantCulture, $"{Count} values, {Buckets[0].Low} to {Buckets[^1].High}");

    private string Range(HistogramBucket bucket) => (bucket.Low, bucket.High) switch
    {
        var (low, high) when low == high => $"[{Short(low)}]",
        (long.MinValue, var high) => $"(..., {Short(high + 1)})",
        (var low, long.MaxValue) => $"[{Short(low)}, ...)",
        var (low, high) => $"[{Short(low)}, {Short(high + 1)})",
    };

    // Powers of two are whole in units of 1024.
    private string Short(long value)
    {
        var unit = 0;
        for (; Type.Step == 0 && Math.Abs(value) >= 1024 && value % 1024 == 0; unit++) value /= 1024;
        return value.ToString(CultureInfo.InvariantCulture) + Units[unit];
    }
}
