namespace EbpfCat.Tracing;

/// <summary>
/// The context of a packet program or a program of a control group: a packet, an address, a socket, a device.
/// </summary>
public sealed class ContextEvent : TracedEvent
{
    private readonly IReadOnlyList<ContextField> _fields;
    private readonly ProgramHook? _hook;

    private ContextEvent(string what, IReadOnlyList<ContextField> fields, ProgramHook? hook) =>
        (Description, _fields, _hook) = (hook is null ? what : $"{what} ({hook})", fields, hook);

    public override string Description { get; }

    public override IReadOnlyList<string> FieldNames =>
        _fields.Where(one => one.IsAt(_hook)).Select(one => one.Name).ToArray();

    /// <summary>
    /// The context of a program type at a hook; null for types that are neither for packets nor for control groups.
    /// </summary>
    /// <param name="hook">Its hook; null for the default of the type.</param>
    public static ContextEvent? For(ProgramType type, ProgramHook? hook) =>
        ContextFields.Of(type) is var (what, fields)
        ? new ContextEvent(what, fields, hook ?? HookTable.DefaultOf(type)) : null;

    private protected override EventPlace? Find(string name) =>
        Named(name).FirstOrDefault(field => field.IsAt(_hook)) is { } found ? new PlainPlace(found.Access) : null;

    private protected override string? Suggest(string name)
    {
        ProgramHook[] hooks = [.. Named(name).SelectMany(field => field.Hooks)];
        if (hooks.Length == 0)
        {
            return ContextFields.TypesWith(name) is { Count: > 0 } types
                ? $"Programs of type {string.Join(", ", types)} have it."
                : null;
        }

        return _hook is null
            ? $"It depends on the hook: declare the program for one, such as {hooks[0]}."
            : $"It is there for {string.Join(", ", hooks)}.";
    }

    private IEnumerable<ContextField> Named(string name) =>
        _fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
