namespace EbpfCat.Traces;

/// <summary>Which system calls to tell of, and when: what is given here is looked at in the kernel.</summary>
public sealed record SyscallTraceOptions
{
    /// <summary>When to tell of them.</summary>
    public SyscallMoment Moment { get; init; }

    /// <summary>The processes; all where none is given.</summary>
    public IReadOnlyList<int> ProcessIds { get; init; } = [];

    /// <summary>
    /// The names of threads as the kernel has them, of at most 15 bytes; one that ends in <c>*</c> is how they begin. Case
    /// does not count. All where none is given.
    /// </summary>
    public IReadOnlyList<string> ProcessNames { get; init; } = [];

    /// <summary>The numbers of users; all where none is given.</summary>
    public IReadOnlyList<long> UserIds { get; init; } = [];

    /// <summary>
    /// A thread that is not told of: as a rule the one that reads, for what it writes of a system call would be the next one.
    /// 0 for none.
    /// </summary>
    public int ExceptThread { get; init; }

    /// <summary>How large the buffer for each system call is, in bytes; 0 for the usual.</summary>
    public int BufferSize { get; init; }
}
