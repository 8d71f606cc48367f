namespace EbpfCat.Language;

/// <summary>Collects the errors and warnings of a program, so that all are reported at once.</summary>
public sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _errors = [];
    private readonly List<Diagnostic> _warnings = [];

    /// <summary>The place of what has none of its own, such as an expression written in C#: its statement's.</summary>
    internal SourceSpan? StatementSource { get; set; }

    /// <summary>The number of errors.</summary>
    public int ErrorCount => _errors.Count;

    /// <summary>The warnings, by place.</summary>
    public IReadOnlyList<Diagnostic> Warnings => ByPlace(_warnings);

    /// <summary>Adds a diagnostic; one that was added before is not repeated.</summary>
    public void Add(Diagnostic diagnostic)
    {
        if (diagnostic.Source is null && StatementSource is not null)
            diagnostic = diagnostic with { Source = StatementSource };
        var list = diagnostic.Severity == DiagnosticSeverity.Error ? _errors : _warnings;
        if (!list.Contains(diagnostic)) list.Add(diagnostic);
    }

    /// <summary>Adds an error.</summary>
    public void Report(string id, string problem, SourceSpan? source, string? suggestion = null) =>
        Add(new Diagnostic(id, problem, source, suggestion));

    /// <summary>Adds the errors of an exception.</summary>
    public void Add(CompileException exception)
    {
        foreach (var diagnostic in exception.Diagnostics) Add(diagnostic);
    }

    /// <summary>Throws all errors, by place; does nothing where there are none.</summary>
    /// <exception cref="CompileException">There are errors.</exception>
    public void ThrowIfErrors()
    {
        if (_errors.Count > 0) throw new CompileException(ByPlace(_errors));
    }

    private static Diagnostic[] ByPlace(List<Diagnostic> list) =>
        list.Count == 0 ? [] : [.. list.OrderBy(d => d.Source?.Line ?? int.MaxValue).ThenBy(d => d.Source?.Column)];
}
