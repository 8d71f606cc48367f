namespace EbpfCat.Kernels;

/// <summary>The syntax of the POSIX shell.</summary>
internal static class Shell
{
    /// <summary>One word of a command that means the text and nothing else.</summary>
    public static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
