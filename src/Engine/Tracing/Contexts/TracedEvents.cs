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

    /// <summary>The compiler's options for a program; its event is looked up only if the code uses it.</summary>
    internal static CompilerOptions Complete(ProgramDefinition definition, CompilerOptions options)
    {
        var (usesEvent, usesParent) = (false, false);
        var functions = definition.Functions.SelectMany(function => function.Body);
        foreach (var expression in StatementWalker.Expressions([.. definition.Body, .. functions]))
        {
            usesEvent |= expression is EventFieldExpression or SystemValueExpression { Value: SystemValue.ReturnValue };
            usesParent |= expression is SystemValueExpression { Value: SystemValue.ParentProcessId };
        }

        var traced = options.Event ?? (usesEvent ? For(definition) : null);
        return options with
        {
            Event = traced,
            ParentProcessId = options.ParentProcessId ?? (usesParent ? ParentProcess.Id : null),
        };
    }
}
