namespace EbpfCat.Tracing;

/// <summary>The event of a program, by its type, hook and target.</summary>
public static class TracedEvents
{
    /// <summary>The event of a program; null if its type has none, or its fields depend on an absent target.</summary>
    /// <exception cref="UnknownNameException">There is no such target; the message names similar ones.</exception>
    /// <exception cref="Kernel.KernelException">The kernel's description cannot be read.</exception>
    public static ITracedEvent? For(ProgramDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (ContextEvent.For(definition.Type, definition.Hook) is { } context) return context;
        return HookTable.Find(definition) is { Event: { } resolve } hook
            && (definition.Target is { Length: > 0 } || !hook.NeedsTarget) ? resolve(definition.Target ?? "") : null;
    }
}
