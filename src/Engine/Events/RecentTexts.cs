namespace EbpfCat.Events;

/// <summary>
/// A cache of short texts, so that those that recur, such as names of processes, are not allocated again.
/// </summary>
internal sealed class RecentTexts
{
    // Names of processes have 15 bytes at most.
    private const int MaxLength = 16;
    private const int Slots = 256;

    private readonly Entry?[] _entries = new Entry?[Slots];

    public string Get(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return "";
        if (bytes.Length > MaxLength) return Encoding.UTF8.GetString(bytes);
        var hash = 17u;
        foreach (var one in bytes) hash = (hash * 31) + one;
        ref var entry = ref _entries[hash % Slots];
        if (entry is { } known && bytes.SequenceEqual(known.Bytes)) return known.Text;
        entry = new Entry(bytes.ToArray(), Encoding.UTF8.GetString(bytes));
        return entry.Text;
    }

    private sealed record Entry(byte[] Bytes, string Text);
}
