using System.Globalization;
using EbpfCat.Binding;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tracing;

/// <summary>A value of an event on the way to one of its parts.</summary>
internal abstract class EventPlace
{
    /// <summary>How many bytes a text may have, its NUL among them, where nothing says it: enough for most paths.</summary>
    public const int TextCapacity = 256;

    /// <summary>What the value is called in messages: <c>struct sock</c>.</summary>
    public abstract string Description { get; }

    /// <summary>The names that the way can go on with.</summary>
    public virtual IReadOnlyCollection<string> Names => [];

    /// <summary>How the value itself is reached; null where a program cannot have it as a whole.</summary>
    public abstract EventAccess? Access { get; }

    /// <summary>The part of a name, or null.</summary>
    public virtual EventPlace? Member(string name) => null;

    /// <summary>The element of an array or behind a pointer, or null.</summary>
    public virtual EventPlace? Element(int index) => null;

    /// <summary>What a word of a path leads to: a field, or in digits an element.</summary>
    public EventPlace? Go(string word) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
        ? Element(index)
        : Member(word);

    /// <summary>How the value itself is reached.</summary>
    /// <exception cref="CompileException">A program cannot have it as a whole.</exception>
    public EventAccess Require(SourceSpan? source) => Access ?? throw new CompileException(
        "NotAvailable", $"A {Description} cannot be taken as a whole.", source,
        SimilarNames.Sentence("", Names) ?? "Name one of its fields.");
}
