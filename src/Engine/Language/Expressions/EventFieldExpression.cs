namespace EbpfCat.Language;

/// <summary>A field of the traced event, by name and through kernel pointers: <c>$event.sk.__sk_common.skc_dport</c>.</summary>
public sealed class EventFieldExpression(IReadOnlyList<string> path) : Expression
{
    /// <summary>The names, from the event inwards.</summary>
    public IReadOnlyList<string> Path { get; } = path;
}
