namespace EbpfCat.Tracing;

/// <summary>
/// The addresses at which functions begin, by the index of the unwind tables (<c>.eh_frame_hdr</c>, Linux Standard
/// Base, "Exception Frames"). Stripped files have it too.
/// </summary>
internal sealed class UnwindIndex
{
    // Version 1; the pointer to .eh_frame is 4 bytes, signed; the count is 4 bytes, unsigned; the table has pairs of
    // 4 bytes, signed, relative to the section. No linker writes anything else.
    private static ReadOnlySpan<byte> Header => [1, 0x1b, 0x03, 0x3b];

    private const int HeaderSize = 12;

    private readonly ulong[] _starts;

    private UnwindIndex(ulong[] starts) => _starts = starts;

    /// <summary>Reads the index of a file; it is empty if the file has none.</summary>
    public static UnwindIndex Read(ElfFile file)
    {
        if (file.FindSection(".eh_frame_hdr") is not { Size: > HeaderSize } section) return new([]);
        ReadOnlySpan<byte> bytes = file.Read(section);
        if (bytes.Length < HeaderSize || !bytes.StartsWith(Header)) return new([]);
        var count = Math.Min(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]), (uint)(bytes.Length - HeaderSize) / 8);
        var starts = new ulong[count];
        for (var i = 0; i < starts.Length; i++)
        {
            var offset = BinaryPrimitives.ReadInt32LittleEndian(bytes[(HeaderSize + (i * 8))..]);
            starts[i] = section.Address + (ulong)(long)offset;
        }

        return new(starts);
    }

    /// <summary>The start of the last function that begins at or before an address, or null.</summary>
    public ulong? FindStart(ulong address)
    {
        var at = Array.BinarySearch(_starts, address);
        if (at < 0) at = ~at - 1;
        return at >= 0 ? _starts[at] : null;
    }
}
