namespace EbpfCat.Tracing;

/// <summary>
/// The cache of the C library's loader, <c>/etc/ld.so.cache</c>, as ldconfig(8) writes it: names and paths of shared
/// libraries (<c>sysdeps/generic/dl-cache.h</c> of glibc).
/// </summary>
internal static class LibraryCache
{
    public const string Path = "/etc/ld.so.cache";

    private const int HeaderSize = 48;
    private const int EntrySize = 24;
    private const int OldHeaderSize = 16;
    private const int OldEntrySize = 12;

    // FLAG_ELF_LIBC6 with FLAG_X8664_LIB64 or FLAG_AARCH64_LIB64.
    private static readonly int WantedFlags = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? 0x0a03 : 0x0303;

    /// <summary>Names and paths of the libraries for this architecture, in the loader's order.</summary>
    /// <param name="cache">The file's bytes.</param>
    public static List<(string Name, string Path)> Read(ReadOnlySpan<byte> cache)
    {
        var found = new List<(string, string)>();
        var at = FindHeader(cache);
        if (at < 0) return found;
        // Offsets of names are relative to the start of the header in use.
        var body = cache[at..];
        var count =
            (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(body[20..]), (body.Length - HeaderSize) / EntrySize);
        for (var i = 0; i < count; i++)
        {
            var entry = body.Slice(HeaderSize + (i * EntrySize), EntrySize);
            if ((BinaryPrimitives.ReadInt32LittleEndian(entry) & 0xffff) != WantedFlags) continue;
            found.Add((
                ElfReader.Text(body, BinaryPrimitives.ReadUInt32LittleEndian(entry[4..])),
                ElfReader.Text(body, BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]))));
        }

        return found;
    }

    /// <summary>The offset of the header in the new format: 0, or after a table in the old format.</summary>
    private static int FindHeader(ReadOnlySpan<byte> cache)
    {
        var at = 0;
        if (cache.StartsWith("ld.so-1.7.0\0"u8) && cache.Length >= OldHeaderSize)
        {
            var end = OldHeaderSize + (OldEntrySize * (long)BinaryPrimitives.ReadUInt32LittleEndian(cache[12..]));
            at = (int)Math.Min((end + 7) / 8 * 8, cache.Length);
        }

        return cache.Length - at >= HeaderSize && cache[at..].StartsWith("glibc-ld.so.cache1.1"u8) ? at : -1;
    }
}
