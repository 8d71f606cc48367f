namespace EbpfCat.Language;

/// <summary>A place in the author's source, for errors and for the line info of the loaded program.</summary>
/// <param name="File">The file's path, or null for code typed at a prompt or built in C#.</param>
/// <param name="Line">The line, counted from 1.</param>
/// <param name="Column">The column, counted from 1.</param>
/// <param name="LineText">The whole line of source, without its line end; empty where it is not known.</param>
/// <param name="Length">The number of characters of the construct on that line.</param>
public sealed record SourceSpan(string? File, int Line, int Column, string LineText, int Length = 1)
{
    // A generated line can have a million characters.
    private const int MaxExcerpt = 160;
    private const int MaxBefore = 60;

    /// <summary>
    /// The line, and under it a mark at the place: two indented lines. Of a long line, the part around the place.
    /// </summary>
    internal string Excerpt()
    {
        var place = Math.Clamp(Column - 1, 0, LineText.Length);
        var start = Math.Clamp(place - MaxBefore, 0, Math.Max(0, LineText.Length - MaxExcerpt));
        var end = Math.Min(LineText.Length, start + MaxExcerpt);
        var shown = LineText[start..end];
        var before = start > 0 ? "… " : "";
        var after = end < LineText.Length ? " …" : "";
        // Tabs are kept, so that the mark stands under the place in a terminal.
        var lead = string.Concat(shown.Take(place - start).Select(letter => letter == '\t' ? '\t' : ' '));
        var mark = new string('~', Math.Clamp(Length, 1, Math.Max(1, end - place)));
        return $"  {before}{shown}{after}{Environment.NewLine}  {new string(' ', before.Length)}{lead}{mark}";
    }

    /// <summary>The place as <c>file:line:column</c>.</summary>
    public override string ToString() => $"{File ?? "<script>"}:{Line}:{Column}";
}
