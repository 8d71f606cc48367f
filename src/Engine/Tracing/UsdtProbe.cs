namespace EbpfCat.Tracing;

/// <summary>
/// A place in a program that its author marked to be traced (a USDT probe, <c>sys/sdt.h</c>). A probe that was inlined into
/// several functions has a place, and arguments, in each.
/// </summary>
/// <param name="Provider">Who defines it: <c>libstdcxx</c>.</param>
/// <param name="Name">Its name: <c>throw</c>.</param>
/// <param name="Address">Its address as the program expects it, without the place it was loaded at.</param>
/// <param name="FileOffset">Where in the file it stands: what the uprobe is put on.</param>
/// <param name="SemaphoreAddress">The address of the counter of those who trace it, or null where it has none.</param>
/// <param name="SemaphoreOffset">
/// Where in the file the counter stands: the <c>ref_ctr_offset</c> that perf_event_open(2) and uprobe links take (Linux
/// 4.20). Null where it has none.
/// </param>
/// <param name="Arguments">The arguments, in order.</param>
public sealed record UsdtProbe(
    string Provider,
    string Name,
    ulong Address,
    ulong FileOffset,
    ulong? SemaphoreAddress,
    ulong? SemaphoreOffset,
    IReadOnlyList<UsdtArgument> Arguments)
{
    /// <summary>Provider and name: <c>libstdcxx:throw</c>.</summary>
    public string FullName => $"{Provider}:{Name}";
}
