namespace EbpfCat.Tracing;

/// <summary>
/// A location of a USDT probe (<c>sys/sdt.h</c>). A probe that was inlined into several functions has a location with
/// its own arguments in each.
/// </summary>
/// <param name="Provider">The provider: <c>libstdcxx</c>.</param>
/// <param name="Name">Its name: <c>throw</c>.</param>
/// <param name="Address">Its address as the program expects it, without the place it was loaded at.</param>
/// <param name="FileOffset">The file offset, for the uprobe.</param>
/// <param name="SemaphoreAddress">The address of the semaphore, or null.</param>
/// <param name="SemaphoreOffset">
/// The file offset of the semaphore: the <c>ref_ctr_offset</c> of perf_event_open(2) and uprobe links (Linux 4.20);
/// null if there is none.
/// </param>
public sealed record UsdtProbe(
    string Provider, string Name, ulong Address, ulong FileOffset, ulong? SemaphoreAddress, ulong? SemaphoreOffset,
    IReadOnlyList<UsdtArgument> Arguments)
{
    /// <summary>Provider and name: <c>libstdcxx:throw</c>.</summary>
    public string FullName => $"{Provider}:{Name}";
}
