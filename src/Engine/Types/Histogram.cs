namespace EbpfCat.Types;

/// <summary>The numbers of values of each magnitude, in powers of two.</summary>
public sealed class Histogram
{
    private static readonly string[] Units = ["", "K", "M", "G", "T", "P", "E"];

    /// <summary>Makes one.</summary>
    /// <param name="counts">The counts, as <see cref="HistogramType"/> orders them; those left out are 0.</param>
    /// <exception cref="ArgumentException">There are more than that has.</exception>
    public Histogram(IReadOnlyList<ulong> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Count > HistogramType.BucketCount)
            throw new ArgumentException($"There are {HistogramType.BucketCount} counts at most.", nameof(counts));
        var all = counts.Select((count, index) => HistogramBucket.At(index, count)).ToList();
        var first = all.FindIndex(bucket => bucket.Count > 0);
        Buckets = first < 0 ? [] : all[first..(all.FindLastIndex(bucket => bucket.Count > 0) + 1)];
        foreach (var bucket in Buckets) Count += bucket.Count;
    }

    /// <summary>The buckets from the first to the last that is not empty, those of smaller values first.</summary>
    public IReadOnlyList<HistogramBucket> Buckets { get; }

    /// <summary>The number of values.</summary>
    public ulong Count { get; }

    /// <summary>The histogram as text: a line with a bar for each bucket.</summary>
    /// <param name="width">How long the longest bar is, in characters.</param>
    public string Draw(int width = 40)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        var text = new StringBuilder();
        var max = Buckets.Select(bucket => bucket.Count).DefaultIfEmpty().Max();
        foreach (var bucket in Buckets)
        {
            var range = bucket.From == bucket.To
                ? $"[{Short(bucket.From)}]" : $"[{Short(bucket.From)}, {Limit(bucket)})";
            var bar = new string('@', (int)Math.Round(bucket.Count / (double)max * width));
            if (text.Length > 0) text.AppendLine();
            text.Append(CultureInfo.InvariantCulture, $"{range,-16}{bucket.Count,12} |{bar.PadRight(width)}|");
        }

        return text.ToString();
    }

    /// <summary>The number of values, and their range.</summary>
    public override string ToString() => Buckets.Count == 0
        ? "0 values"
        : string.Create(CultureInfo.InvariantCulture, $"{Count} values, {Buckets[0].From} to {Buckets[^1].To}");

    private static string Limit(HistogramBucket bucket) => bucket.To == ulong.MaxValue ? "..." : Short(bucket.To + 1);

    // Powers of two are whole in units of 1024.
    private static string Short(ulong value)
    {
        var unit = 0;
        for (; value >= 1024 && value % 1024 == 0; unit++) value /= 1024;
        return value.ToString(CultureInfo.InvariantCulture) + Units[unit];
    }
}
