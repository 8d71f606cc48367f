using System.Collections.Concurrent;

namespace EbpfCat.Language;

/// <summary>Lines of source files that are still where they were compiled; each file is read once.</summary>
internal static class SourceText
{
    private static readonly ConcurrentDictionary<string, string[]> Files = new();

    /// <summary>A line of a file, or the empty string if there is no such file (a program built elsewhere).</summary>
    public static string LineOf(string? file, int line)
    {
        if (file is null) return "";
        var lines = Files.GetOrAdd(file, static path =>
        {
            try
            {
                return File.Exists(path) ? File.ReadAllLines(path) : [];
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return [];
            }
        });
        return line >= 1 && line <= lines.Length ? lines[line - 1] : "";
    }
}
