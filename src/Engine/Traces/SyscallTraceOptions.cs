namespace EbpfCat.Traces;

/// <summary>Which system calls to report, and when. The kernel applies these conditions.</summary>
public sealed record SyscallTraceOptions
{
    /// <summary>When to report them.</summary>
    public SyscallMoment Moment { get; init; }

    /// <summary>The processes; empty for all.</summary>
    public IReadOnlyList<int> ProcessIds { get; init; } = [];

    /// <summary>
    /// The names of threads as the kernel has them, of at most 15 bytes; one that ends in <c>*</c> is a prefix. Case
    /// does not count. Empty for all.
    /// </summary>
    public IReadOnlyList<string> ProcessNames { get; init; } = [];

    /// <summary>The ids of users; empty for all.</summary>
    public IReadOnlyList<long> UserIds { get; init; } = [];

    /// <summary>
    /// A thread whose calls are not reported, or 0: as a rule the reader's own, since printing a call would cause the
    /// next one.
    /// </summary>
    public int ExceptThread { get; init; }

    /// <summary>The size of the buffer for each system call, in bytes; 0 for the default.</summary>
    public int BufferSize { get; init; }
}
