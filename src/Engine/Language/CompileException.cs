namespace EbpfCat.Language;

/// <summary>A program that cannot be compiled: all errors, with their places and remedies.</summary>
public sealed class CompileException : Exception
{
    // More than fit on a screen are not read.
    private const int MaxShown = 20;

    /// <summary>Makes the exception for one error.</summary>
    /// <param name="id">A short stable identifier such as <c>UnknownVariable</c>, PowerShell's error id.</param>
    /// <param name="problem">The problem, as a sentence.</param>
    /// <param name="source">Where, or null where no source is known.</param>
    /// <param name="suggestion">What to do instead, or null.</param>
    public CompileException(string id, string problem, SourceSpan? source, string? suggestion = null)
        : this((Diagnostic[])[new Diagnostic(id, problem, source, suggestion)]) { }

    /// <summary>Makes the exception for several errors: at least one.</summary>
    public CompileException(IReadOnlyList<Diagnostic> diagnostics)
        : base(Compose(diagnostics)) => Diagnostics = diagnostics.ToArray();

    /// <summary>The errors, by place.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>A short stable identifier of the first error's kind.</summary>
    public string Id => Diagnostics[0].Id;

    /// <summary>The first problem, without its place.</summary>
    public string Problem => Diagnostics[0].Problem;

    /// <summary>The place of the first problem.</summary>
    public SourceSpan? SourceSpan => Diagnostics[0].Source;

    /// <summary>What to do about the first problem.</summary>
    public string? Suggestion => Diagnostics[0].Suggestion;

    private static string Compose(IReadOnlyList<Diagnostic> diagnostics)
    {
        ArgumentOutOfRangeException.ThrowIfZero(diagnostics.Count);
        var shown = diagnostics.Take(MaxShown).Select(diagnostic => diagnostic.ToString());
        if (diagnostics.Count > MaxShown)
            shown = shown.Append($"There are {diagnostics.Count - MaxShown} more errors.");
        return string.Join(Environment.NewLine + Environment.NewLine, shown);
    }
}
