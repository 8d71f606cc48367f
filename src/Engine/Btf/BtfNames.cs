namespace EbpfCat.Btf;

/// <summary>Makes of any text what the kernel takes.</summary>
internal static class BtfNames
{
    // KSYM_NAME_LEN with its NUL; 512 since Linux 6.1.
    private const int LongestIdentifier = 127;

    // The verifier prints a line through a buffer of 1024 bytes; some kernels warn in their own log when it overflows.
    private const int LongestText = 240;

    /// <summary>A C identifier: the only names that the kernel takes for types, members and functions.</summary>
    /// <param name="name">The name. What no identifier may contain becomes <c>_</c>.</param>
    public static string Identifier(string name)
    {
        var identifier = new StringBuilder(Math.Min(name.Length + 1, LongestIdentifier));
        if (name.Length > 0 && char.IsAsciiDigit(name[0])) identifier.Append('_');
        foreach (char character in name)
        {
            if (identifier.Length == LongestIdentifier) break;
            identifier.Append(char.IsAsciiLetterOrDigit(character) ? character : '_');
        }

        return identifier.ToString();
    }

    /// <summary>Text for one line of the verifier's log: no control characters, neither empty nor too long.</summary>
    public static string Line(string text)
    {
        var line = new StringBuilder();
        int bytes = 0;
        foreach (Rune rune in text.AsSpan().Trim().EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > LongestText)
            {
                line.Append('…');
                break;
            }

            line.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return line.Length == 0 ? " " : line.ToString();
    }
}
