namespace EbpfCat.Language;

/// <summary>A finding about a program: an error, which keeps it from being compiled, or a warning.</summary>
/// <param name="Id">A short stable identifier of the kind, such as <c>UnknownVariable</c>; it has one meaning.</param>
/// <param name="Problem">The problem, as a sentence.</param>
/// <param name="Source">Where, or null where no source is known.</param>
/// <param name="Suggestion">What to do instead, or null.</param>
/// <param name="Severity">Whether it is an error.</param>
public sealed record Diagnostic(
    string Id, string Problem, SourceSpan? Source, string? Suggestion = null,
    DiagnosticSeverity Severity = DiagnosticSeverity.Error)
{
    /// <summary>The place, problem and suggestion in one line.</summary>
    public string Sentence =>
        (Source is null ? "" : $"{Source}: ") + Problem + (Suggestion is null ? "" : " " + Suggestion);

    /// <summary>The sentence, and under it the line of source with a mark at the place.</summary>
    public override string ToString() => Source is { LineText.Length: > 0 } place
        ? Sentence + Environment.NewLine + place.Excerpt() : Sentence;
}

/// <summary>The severity of a diagnostic.</summary>
public enum DiagnosticSeverity
{
    /// <summary>The program cannot be compiled.</summary>
    Error,
    /// <summary>The program compiles, but probably not as its author meant.</summary>
    Warning,
}
