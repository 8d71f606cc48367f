using System.Text;

namespace EbpfCat.Events;

/// <summary>
/// Short texts that were met lately, so that those which come again and again, such as the names of processes, need not be
/// made anew each time.
/// </summary>
internal sealed class RecentTexts
{
    // Names of processes have 15 bytes at most.
    private const int Longest = 16;
    private const int Slots = 256;

    private readonly Entry?[] _entries = new Entry?[Slots];

    /// <summary>The text of bytes in UTF-8.</summary>
    public string Get(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return "";
        if (bytes.Length > Longest) return Encoding.UTF8.GetString(bytes);
        var hash = 17u;
        foreach (var one in bytes) hash = (hash * 31) + one;
        ref var entry = ref _entries[hash % Slots];
        if (entry is { } known && bytes.SequenceEqual(known.Bytes)) return known.Text;
        entry = new Entry(bytes.ToArray(), Encoding.UTF8.GetString(bytes));
        return entry.Text;
    }

    private sealed record Entry(byte[] Bytes, string Text);
}
