using System.Collections.Concurrent;

namespace EbpfCat.Tracing;

/// <summary>A traced event as its program sees it: <c>$event</c>, its fields in any case, and <c>$return</c>.</summary>
public abstract class TracedEvent : ITracedEvent
{
    // The compiler looks up a field several times: for its type, and to read it.
    private readonly ConcurrentDictionary<EventFieldExpression, EventAccess> _resolved = new();

    private protected TracedEvent() { }

    /// <summary>The description in messages: <c>the tracepoint sched/sched_switch</c>.</summary>
    public abstract string Description { get; }

    /// <summary>The names of the fields, in order.</summary>
    public abstract IReadOnlyList<string> FieldNames { get; }

    /// <inheritdoc/>
    public EventAccess? Return => Returned?.Access;

    string? ITracedEvent.ReturnAdvice => ReturnAdvice;

    private protected virtual EventPlace? Returned => null;

    private protected virtual string? ReturnAdvice => null;

    /// <inheritdoc/>
    public EventAccess Resolve(EventFieldExpression field)
    {
        ArgumentNullException.ThrowIfNull(field);
        return _resolved.GetOrAdd(field, Walk);
    }

    /// <summary>The field of a name, or null.</summary>
    private protected abstract EventPlace? Find(string name);

    /// <summary>Advice for an unknown name, beyond similar names.</summary>
    private protected virtual string? Suggest(string name) => null;

    private EventAccess Walk(EventFieldExpression field)
    {
        var name = field.Path[0];
        var place = name == EventFieldExpression.ReturnValue ? Returned : Find(name);
        if (place is null)
        {
            throw new CompileException(
                DiagnosticIds.UnknownField, $"There is no field '{name}' in {Description}.", field.Source,
                Suggest(name) ?? SimilarNames.Sentence(name, FieldNames));
        }

        return place.Walk(field.Path.Skip(1), field.Source).Require(field.Source);
    }
}
