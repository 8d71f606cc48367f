using System.Buffers;

namespace EbpfCat.Types;

/// <summary>
/// Text from traced programs as it can be shown in a terminal: file names, arguments and process names may hold escape
/// sequences, which would move the cursor, rewrite what is shown, or set the window's title.
/// </summary>
public static class TerminalText
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(one => (char)one).Where(MustEscape)]);

    /// <summary>
    /// Replaces what a terminal does not show as a character by its escape as C writes it: control characters, which
    /// begin all escape sequences, and characters that change the direction of text.
    /// </summary>
    /// <example><c>Escape("a\x1b[2J")</c> is <c>a\x1b[2J</c>, with a backslash and no escape character.</example>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var first = text.AsSpan().IndexOfAny(Escaped);
        if (first < 0) return text;
        var escaped = new StringBuilder(text, 0, first, text.Length + 8);
        foreach (var character in text.AsSpan(first))
        {
            if (!MustEscape(character)) escaped.Append(character);
            else Append(escaped, character);
        }

        return escaped.ToString();
    }

    /// <summary>Whether <see cref="Escape"/> changes a text.</summary>
    public static bool MustEscape(string text) => text.AsSpan().IndexOfAny(Escaped) >= 0;

    private static bool MustEscape(char character) => char.IsControl(character)
        || character is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\u2028' or '\u2029';

    private static void Append(StringBuilder text, char character) => _ = character switch
    {
        '\n' => text.Append(@"\n"),
        '\r' => text.Append(@"\r"),
        '\t' => text.Append(@"\t"),
        <= '\xff' => text.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}"),
        _ => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
    };
}
