using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Tracing;

namespace EbpfCat.Programs;

/// <summary>The names that programs can be attached to on this machine, by their types.</summary>
public static class ProgramTargets
{
    /// <summary>The names that a definition's <see cref="ProgramDefinition.Target"/> can be.</summary>
    /// <param name="type">The program's type.</param>
    /// <param name="hook">Its hook, where its type leaves that open.</param>
    /// <returns>The names, in no particular order; none of a type whose programs name no target.</returns>
    /// <exception cref="KernelException">They cannot be read: no privilege, or the kernel is locked down.</exception>
    public static IEnumerable<string> Names(ProgramType type, ProgramHook? hook = null) => (type, hook ?? ProgramHooks.DefaultOf(type)) switch
    {
        (ProgramType.Tracepoint, _) => TraceFs.Current.Tracepoints,
        (ProgramType.RawTracepoint, _) => RawTracepoints(),
        (ProgramType.Kprobe, _) => TraceableFunctions.Current.Names,
        (ProgramType.Lsm, _) => LoadTarget.Candidates(BpfAttachType.LsmMac),
        (ProgramType.Tracing, ProgramHook.RawTracepoint) => LoadTarget.Candidates(BpfAttachType.TraceRawTracepoint),
        (ProgramType.Tracing, ProgramHook.Iterator) => LoadTarget.Candidates(BpfAttachType.TraceIterator),
        (ProgramType.Tracing, _) => TypedFunctions(),
        _ => [],
    };

    // Where the kernel does not say which functions it can trace, those with types are all that is known.
    private static IEnumerable<string> TypedFunctions()
    {
        var typed = LoadTarget.Candidates(BpfAttachType.TraceFentry);
        return TraceableFunctions.Current is { IsExact: true } traceable ? typed.Where(traceable.Contains) : typed;
    }

    // Of a system call's two tracepoints in tracefs there are none; those for all calls are in the types alone.
    private static IEnumerable<string> RawTracepoints() => TraceFs.Current.Tracepoints
        .Where(name => !name.StartsWith("syscalls/", StringComparison.Ordinal))
        .Select(name => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..])
        .Concat(LoadTarget.Candidates(BpfAttachType.TraceRawTracepoint))
        .Distinct();
}
