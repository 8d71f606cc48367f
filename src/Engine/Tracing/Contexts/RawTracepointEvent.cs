namespace EbpfCat.Tracing;

/// <summary>
/// A raw tracepoint without types: the arguments of the kernel's trace call as 8-byte numbers, <c>arg0</c> to
/// <c>arg11</c> (Linux 4.17). If BTF describes the tracepoint, its arguments have names and types too.
/// </summary>
public sealed class RawTracepointEvent : TracedEvent
{
    // Trace calls have up to 12 arguments (linux/trace_events.h).
    private const int MaxArguments = 12;

    private readonly string _tracepoint;
    private readonly IReadOnlyList<ContextArgument> _arguments;
    private readonly int _count;

    /// <summary>A raw tracepoint.</summary>
    public RawTracepointEvent(string tracepoint)
    {
        _tracepoint = tracepoint;
        var known = BtfEvent.ParametersOf(tracepoint);
        _arguments = ContextArgument.LayOut(known ?? [], out var end);
        _count = known is null ? MaxArguments : end;
    }

    public override string Description => $"the raw tracepoint {_tracepoint}";

    public override IReadOnlyList<string> FieldNames =>
        _arguments.Select(argument => argument.Name).Concat(NumberedArguments.Names(_count)).Distinct().ToArray();

    private protected override EventPlace? Find(string name) =>
        ContextArgument.Find(_arguments, name) is { } argument ? argument.At(EventMemory.Kernel)
        : NumberedArguments.Find(name, _count) is { } index
        ? new PlainPlace(ContextArgument.Slot(index) with { Memory = EventMemory.Kernel })
        : null;
}
