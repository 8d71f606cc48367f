namespace EbpfCat.Binding;

/// <summary>What a program is attached to, in its code: <c>$event</c>, <c>$return</c>, the current task.</summary>
public interface ITracedEvent
{
    /// <summary>The access to a field.</summary>
    /// <exception cref="CompileException">There is no such field; names the nearest ones.</exception>
    EventAccess Resolve(EventFieldExpression field);

    /// <summary>How the value is reached that the traced function returned; null where nothing is returned.</summary>
    EventAccess? Return { get; }

    /// <summary>Where the returned value is, if not here; null without advice.</summary>
    internal string? ReturnAdvice => null;
}
