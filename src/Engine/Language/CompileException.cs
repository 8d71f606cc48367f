namespace EbpfCat.Language;

/// <summary>A program that cannot be compiled: says what is wrong, where, and what to write instead.</summary>
public sealed class CompileException : Exception
{
    /// <summary>Makes the error for a place in the source.</summary>
    /// <param name="id">A short stable identifier such as <c>UnknownVariable</c>; PowerShell shows it as the error id.</param>
    /// <param name="problem">What is wrong, as a sentence.</param>
    /// <param name="source">Where, or null where no source is known.</param>
    /// <param name="suggestion">What to write instead, or null.</param>
    public CompileException(string id, string problem, SourceSpan? source, string? suggestion = null)
        : base(Compose(problem, source, suggestion))
    {
        (Id, Problem, SourceSpan, Suggestion) = (id, problem, source, suggestion);
    }

    /// <summary>A short stable identifier of the kind of error.</summary>
    public string Id { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Problem { get; }

    /// <summary>Where it is wrong.</summary>
    public SourceSpan? SourceSpan { get; }

    /// <summary>What to write instead.</summary>
    public string? Suggestion { get; }

    private static string Compose(string problem, SourceSpan? source, string? suggestion)
    {
        var text = source is null ? problem : $"{source}: {problem}";
        if (suggestion is not null) text += " " + suggestion;
        if (source is { LineText.Length: > 0 })
        {
            // The marker stands under the construct: tabs are kept so that it lines up in a terminal.
            var lead = new string([.. source.LineText.Take(source.Column - 1).Select(c => c == '\t' ? '\t' : ' ')]);
            var length = Math.Clamp(source.Length, 1, Math.Max(1, source.LineText.Length - source.Column + 1));
            text += $"{Environment.NewLine}  {source.LineText}{Environment.NewLine}  {lead}{new string('~', length)}";
        }

        return text;
    }
}
