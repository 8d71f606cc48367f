namespace EbpfCat.Language;

/// <summary>
/// A place in the author's source: what an error names, and what the loaded program's line info shows.
/// </summary>
/// <param name="File">The file's path, or null for code typed at a prompt or built in C#.</param>
/// <param name="Line">The line, counted from 1.</param>
/// <param name="Column">The column, counted from 1.</param>
/// <param name="LineText">The whole line of source, without its line end; empty where it is not known.</param>
/// <param name="Length">How many characters the construct covers on that line.</param>
public sealed record SourceSpan(string? File, int Line, int Column, string LineText, int Length = 1)
{
    /// <summary>The place as <c>file:line:column</c>.</summary>
    public override string ToString() => $"{File ?? "<script>"}:{Line}:{Column}";
}
