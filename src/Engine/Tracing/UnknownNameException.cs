using EbpfCat.Types;

namespace EbpfCat.Tracing;

/// <summary>There is nothing to trace by the name that was given; names the nearest ones.</summary>
public sealed class UnknownNameException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="kind">What the name was to name: <c>tracepoint</c>, <c>system call</c>, <c>library</c>.</param>
    /// <param name="name">The name as given.</param>
    /// <param name="candidates">The names there are, to find the nearest among.</param>
    /// <param name="place">Where it was looked for, to follow the name: <c>in libc.so.6</c>.</param>
    /// <param name="remark">A whole sentence on why it may not be there.</param>
    public UnknownNameException(
        string kind, string name, IEnumerable<string> candidates, string? place = null, string? remark = null)
        : this(kind, name, SimilarNames.Find(name, candidates), place, remark)
    {
    }

    private UnknownNameException(
        string kind, string name, IReadOnlyList<string> suggestions, string? place, string? remark)
        : base(Describe(kind, name, suggestions, place, remark)) => (Kind, Name, Suggestions) = (kind, name, suggestions);

    /// <summary>What the name was to name.</summary>
    public string Kind { get; }

    /// <summary>The name as given.</summary>
    public string Name { get; }

    /// <summary>The nearest names that exist, nearest first; empty where none is near.</summary>
    public IReadOnlyList<string> Suggestions { get; }

    private static string Describe(string kind, string name, IReadOnlyList<string> near, string? place, string? remark)
    {
        var where = place is null ? "" : $" {place}";
        var question = near.Count == 0 ? "." : $"; did you mean {string.Join(" or ", near)}?";
        return $"There is no {kind} '{name}'{where}{question}{(remark is null ? "" : $" {remark}")}";
    }
}
