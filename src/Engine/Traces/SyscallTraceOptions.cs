namespace EbpfCat.Traces;

/// <summary>Which system calls to report, and when. The kernel applies these conditions.</summary>
public sealed record SyscallTraceOptions : ProcessTargets
{
    /// <summary>Creates options for all processes.</summary>
    public SyscallTraceOptions() { }

    /// <summary>Creates options for some processes.</summary>
    /// <param name="targets">
    /// The processes. As a rule the reader's own thread is none: printing a call would cause the next one.
    /// </param>
    public SyscallTraceOptions(ProcessTargets targets)
        : base(targets) { }

    /// <summary>When to report them.</summary>
    public SyscallMoment Moment { get; init; }

    /// <summary>
    /// The size of the buffer of the trace, in bytes; 0 for the default, which grows with the number of names.
    /// </summary>
    public int BufferSize { get; init; }
}
