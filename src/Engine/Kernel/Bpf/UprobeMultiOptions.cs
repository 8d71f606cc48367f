namespace EbpfCat.Kernel;

/// <summary>Many places of an executable or library to probe by one link (Linux 6.6).</summary>
internal sealed record UprobeMultiOptions
{
    /// <summary>The path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>The offsets in the file in bytes.</summary>
    public required IReadOnlyList<ulong> Offsets { get; init; }

    /// <summary>The offsets of the semaphores in the file in bytes, one for each place, or none.</summary>
    public IReadOnlyList<ulong> Semaphores { get; init; } = [];

    /// <summary>
    /// Numbers that the program reads with <c>bpf_get_attach_cookie</c>, one for each place, or none.
    /// </summary>
    public IReadOnlyList<ulong> Cookies { get; init; } = [];

    /// <summary>Whether to probe the return of the functions.</summary>
    public bool OnReturn { get; init; }

    /// <summary>Whether the program probes entry and return (Linux 6.13).</summary>
    public bool Session { get; init; }

    /// <summary>The process to probe; 0 for all.</summary>
    public int ProcessId { get; init; }
}
