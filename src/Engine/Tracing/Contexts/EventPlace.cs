namespace EbpfCat.Tracing;

/// <summary>A value of an event, from which a path leads to its parts.</summary>
internal abstract class EventPlace
{
    /// <summary>The default capacity of text in bytes, including the NUL: enough for most paths.</summary>
    public const int TextCapacity = 256;

    /// <summary>The description of the value in messages: <c>struct sock</c>.</summary>
    public abstract string Description { get; }

    /// <summary>The names of its parts.</summary>
    public virtual IReadOnlyCollection<string> Names => [];

    /// <summary>The access to the value itself; null if a program cannot read it as a whole.</summary>
    public abstract EventAccess? Access { get; }

    /// <summary>The part with a name, or null.</summary>
    public virtual EventPlace? Member(string name) => null;

    /// <summary>The element of an array or behind a pointer, or null.</summary>
    public virtual EventPlace? Element(int index) => null;

    /// <summary>The part for a step of a path: a field, or an element for digits.</summary>
    public EventPlace? Go(string word) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
        ? Element(index) : Member(word);

    /// <summary>The part that a path leads to.</summary>
    /// <exception cref="CompileException">There is none; names the nearest ones.</exception>
    public EventPlace Walk(IEnumerable<string> path, SourceSpan? source)
    {
        var place = this;
        foreach (var word in path)
        {
            place = place.Go(word) ?? throw new CompileException(
                DiagnosticIds.UnknownField, $"There is no field '{word}' in {place.Description}.", source,
                SimilarNames.Sentence(word, place.Names));
        }

        return place;
    }

    /// <summary>The access to the value itself.</summary>
    /// <exception cref="CompileException">A program cannot read it as a whole.</exception>
    public EventAccess Require(SourceSpan? source) => Access ?? throw new CompileException(
        DiagnosticIds.NotAvailable, $"A {Description} cannot be taken as a whole.", source,
        SimilarNames.Sentence("", Names) ?? "Name one of its fields.");
}
