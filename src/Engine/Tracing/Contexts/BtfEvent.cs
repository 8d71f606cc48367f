namespace EbpfCat.Tracing;

/// <summary>
/// A hook with arguments in the kernel's BTF: fentry, fexit, raw tracepoint, LSM hook, iterator. The context is an
/// array with 8 bytes for each argument; the verifier knows the types, so programs follow pointers without a helper
/// call (Linux 5.5).
/// </summary>
public sealed class BtfEvent : TracedEvent
{
    private const string TypedefPrefix = "btf_trace_";

    private readonly IReadOnlyList<ContextArgument> _arguments;
    private readonly BtfType? _result;
    private readonly int _resultSlot;

    private BtfEvent(string description, IEnumerable<BtfParameter> parameters, BtfType? result)
    {
        Description = description;
        _arguments = ContextArgument.LayOut(parameters, out _resultSlot);
        _result = result is { Kind: not BtfKind.Void } ? result : null;
    }

    public override string Description { get; }

    public override IReadOnlyList<string> FieldNames => _arguments.Select(argument => argument.Name).ToArray();

    private protected override EventPlace? Returned =>
        _result is { } result ? new TypedPlace(ContextArgument.Slot(_resultSlot), result, EventMemory.Typed) : null;

    /// <summary>Entry of a kernel function.</summary>
    /// <exception cref="UnknownNameException">BTF has no such function; the message names similar ones.</exception>
    public static BtfEvent ForEntry(string function) =>
        new($"the function {function}", Function("", function, "kernel function").Parameters, null);

    /// <summary>
    /// Return of a kernel function, or its entry if the program can set its result: the arguments and the result.
    /// </summary>
    /// <exception cref="UnknownNameException">BTF has no such function; the message names similar ones.</exception>
    public static BtfEvent ForReturn(string function)
    {
        var found = Function("", function, "kernel function");
        return new($"the function {function}", found.Parameters, found.Result);
    }

    /// <summary>A raw tracepoint.</summary>
    /// <exception cref="UnknownNameException">BTF has no such tracepoint; the message names similar ones.</exception>
    public static BtfEvent ForRawTracepoint(string tracepoint) =>
        new($"the raw tracepoint {tracepoint}", ParametersOf(tracepoint)
            ?? throw Unknown(TypedefPrefix, BtfKind.Typedef, tracepoint, "raw tracepoint"), null);

    /// <summary>A hook of the Linux security modules. <c>$return</c> is the result of the hooks before it.</summary>
    /// <param name="hook">Its name: <c>file_open</c>.</param>
    /// <exception cref="UnknownNameException">There is no such hook; the message names similar ones.</exception>
    public static BtfEvent ForSecurityHook(string hook)
    {
        var found = Function("bpf_lsm_", hook, "security hook");
        return new($"the security hook {hook}", found.Parameters, found.Result);
    }

    /// <summary>An iterator over objects of the kernel.</summary>
    /// <param name="kind">Its name: <c>task</c>, <c>task_file</c>.</param>
    /// <exception cref="UnknownNameException">There is no such iterator; the message names similar ones.</exception>
    public static BtfEvent ForIterator(string kind)
    {
        KernelTypes.RequireIterator(kind);
        return new($"the iterator {kind}", Function("bpf_iter_", kind, "iterator").Parameters, null);
    }

    /// <summary>The arguments of a raw tracepoint, or null if BTF does not describe it.</summary>
    internal static IEnumerable<BtfParameter>? ParametersOf(string tracepoint)
    {
        if (KernelTypes.Find(TypedefPrefix + tracepoint, BtfKind.Typedef) is not { } typedef) return null;
        // The typedef has no parameter names, but functions of the tracepoint have, the first of them since Linux 5.10.
        var named = typedef.Types.FindFunction("__traceiter_" + tracepoint)
            ?? typedef.Types.FindFunction("__bpf_trace_" + tracepoint);
        // The first parameter is the tracepoint's own data.
        return (named?.Parameters ?? typedef.Resolve().Target.Parameters).Skip(1);
    }

    private protected override EventPlace? Find(string name) =>
        ContextArgument.Find(_arguments, name) is { } argument ? argument.At(EventMemory.Typed) : null;

    private static BtfType Function(string prefix, string name, string kind) =>
        KernelTypes.Find(prefix + name, BtfKind.Function) ?? throw Unknown(prefix, BtfKind.Function, name, kind);

    private static UnknownNameException Unknown(string prefix, BtfKind kind, string name, string what) => new(
        what, name, KernelTypes.Names(prefix, kind),
        remark: BtfTypes.Kernel is null ? "The kernel has no types of its own (CONFIG_DEBUG_INFO_BTF)." : null);
}
