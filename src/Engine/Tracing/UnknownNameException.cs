namespace EbpfCat.Tracing;

/// <summary>The name does not exist on this machine; the message lists similar names.</summary>
public sealed class UnknownNameException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="kind">The kind of object: <c>tracepoint</c>, <c>system call</c>, <c>library</c>.</param>
    /// <param name="candidates">The existing names, to find similar ones.</param>
    /// <param name="place">The place of the search, as a suffix of the name: <c>in libc.so.6</c>.</param>
    /// <param name="remark">A sentence on why it may be missing.</param>
    public UnknownNameException(
        string kind, string name, IEnumerable<string> candidates, string? place = null, string? remark = null)
        : this(kind, name, SimilarNames.Find(name, candidates), place, remark) { }

    private UnknownNameException(
        string kind, string name, IReadOnlyList<string> suggestions, string? place, string? remark)
        : base(Describe(kind, name, suggestions, place, remark)) =>
            (Kind, Name, Suggestions) = (kind, name, suggestions);

    /// <summary>The kind of object that the name was looked up for.</summary>
    public string Kind { get; }

    /// <summary>The name as given.</summary>
    public string Name { get; }

    /// <summary>Similar existing names, most similar first; empty if there are none.</summary>
    public IReadOnlyList<string> Suggestions { get; }

    private static string Describe(string kind, string name, IReadOnlyList<string> near, string? place, string? remark)
    {
        var where = place is null ? "" : $" {place}";
        var question = near.Count == 0 ? "." : $"; did you mean {string.Join(" or ", near)}?";
        return $"There is no {kind} '{name}'{where}{question}{(remark is null ? "" : $" {remark}")}";
    }
}
