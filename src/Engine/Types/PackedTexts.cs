namespace EbpfCat.Types;

/// <summary>
/// Texts one after the other. Each begins with the result of reading it, as <c>bpf_probe_read_user_str</c> gives it (4
/// bytes): the number of bytes that follow, with the NUL, or a negative errno. The result of the list is their number
/// and the flags.
/// </summary>
internal static class PackedTexts
{
    /// <summary>The maximum number of texts.</summary>
    public const int MaxCount = 128;

    /// <summary>The bytes before each text.</summary>
    public const int Header = sizeof(int);

    /// <summary>The list has more texts.</summary>
    public const int CutFlag = 1 << 30;

    /// <summary>The pointer to the next text could not be read.</summary>
    public const int UnreadableFlag = 1 << 29;

    /// <summary>The list is bytes, in which a NUL ends each text; the result has their number.</summary>
    public const int RawFlag = 1 << 28;

    /// <summary>A text is not whole.</summary>
    public const int PartFlag = 1 << 27;

    /// <summary>Reads a text.</summary>
    /// <param name="bytes">The text and what follows it.</param>
    /// <param name="result">The result of reading it; zero for none.</param>
    /// <param name="capacity">The maximum in bytes; a text that takes all of them is longer.</param>
    /// <param name="fault">What the text lacks; null if it is whole.</param>
    public static string? ReadText(ReadOnlySpan<byte> bytes, int result, int capacity, out TextFault? fault)
    {
        if (result <= 0)
        {
            fault = TextFault.Unreadable;
            return null;
        }

        var isCut = result >= capacity || result > bytes.Length;
        fault = isCut ? TextFault.Truncated : null;
        bytes = bytes[..Math.Min(bytes.Length, isCut ? capacity - 2 : result - 1)];
        return Encoding.UTF8.GetString(isCut ? WithoutPart(bytes) : bytes);
    }

    /// <summary>Reads a list.</summary>
    /// <param name="bytes">The texts and what follows them.</param>
    /// <param name="result">The result of the list.</param>
    /// <param name="capacity">The maximum of a text in bytes.</param>
    /// <param name="report">Gets the texts that are not whole, by their index; -1 for the list itself.</param>
    /// <returns>The texts; null if not even the first could be read.</returns>
    public static string?[]? ReadList(
        ReadOnlySpan<byte> bytes, int result, int capacity, Action<int, TextFault>? report = null)
    {
        var count = result & (PartFlag - 1);
        if ((result & UnreadableFlag) != 0) report?.Invoke(-1, TextFault.Unreadable);
        if ((result & UnreadableFlag) != 0 && count == 0) return null;
        var isCut = (result & CutFlag) != 0;
        var texts = new List<string?>();
        if ((result & RawFlag) != 0)
        {
            bytes = bytes[..Math.Min(count, bytes.Length)];
            // Without the NUL of the last text, which a list that was cut off lacks.
            if (!isCut && bytes is [.., 0]) bytes = bytes[..^1];
            if (!bytes.IsEmpty) texts.AddRange(Encoding.UTF8.GetString(bytes).Split('\0'));
            count = 0;
        }

        while (texts.Count < count)
        {
            isCut |= bytes.Length < Header;
            if (bytes.Length < Header) break;
            var length = MemoryMarshal.Read<int>(bytes);
            bytes = bytes[Header..];
            texts.Add(ReadText(bytes, length, capacity, out var fault));
            if (fault is { } lack) report?.Invoke(texts.Count - 1, lack);
            bytes = bytes[Math.Clamp(length, 0, bytes.Length)..];
        }

        if (isCut) report?.Invoke(-1, TextFault.Truncated);
        return [.. texts];
    }

    // Without the first bytes of a character whose last ones are missing.
    private static ReadOnlySpan<byte> WithoutPart(ReadOnlySpan<byte> bytes)
    {
        const int maxLength = 4;
        for (var back = 1; back < maxLength && back <= bytes.Length; back++)
        {
            var one = bytes[^back];
            if ((one & 0xc0) == 0x80) continue;
            var length = one >= 0xf0 ? 4 : one >= 0xe0 ? 3 : one >= 0xc0 ? 2 : 1;
            return length > back ? bytes[..^back] : bytes;
        }

        return bytes;
    }
}
