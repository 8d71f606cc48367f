namespace EbpfCat.Kernel;

/// <summary>Many kernel functions to probe by one link (Linux 5.18): by names or by addresses.</summary>
internal sealed record KprobeMultiOptions
{
    /// <summary>The names of the functions; all must exist and be traceable.</summary>
    public IReadOnlyList<string> Symbols { get; init; } = [];

    /// <summary>The addresses of the functions, in place of names.</summary>
    public IReadOnlyList<ulong> Addresses { get; init; } = [];

    /// <summary>
    /// Numbers that the program reads with <c>bpf_get_attach_cookie</c>, one for each function, or none.
    /// </summary>
    public IReadOnlyList<ulong> Cookies { get; init; } = [];

    /// <summary>Whether to probe the return of the functions.</summary>
    public bool OnReturn { get; init; }

    /// <summary>Whether the program probes entry and return (Linux 6.10).</summary>
    public bool Session { get; init; }
}
