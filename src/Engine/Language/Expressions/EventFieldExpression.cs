namespace EbpfCat.Language;

/// <summary>A field of the traced event, also behind kernel pointers: <c>$event.sk.__sk_common.skc_dport</c>.</summary>
public sealed class EventFieldExpression(IReadOnlyList<string> path) : Expression
{
    /// <summary>The name that a path begins with which leads into the value returned: <c>$return.sk</c>.</summary>
    public const string ReturnValue = "$return";

    /// <summary>The name that a path begins with which leads into the current task: <c>$process.Task.mm</c>.</summary>
    public const string CurrentTask = "$task";

    /// <summary>The names, from the event inwards; digits stand for an element of an array.</summary>
    public IReadOnlyList<string> Path { get; } = path;

    /// <summary>Whether it is a field of the program's context, which packet programs have too.</summary>
    public bool IsOfContext { get; init; }
}
