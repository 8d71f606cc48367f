namespace EbpfCat.Kernel;

/// <summary>
/// The limit on locked memory (RLIMIT_MEMLOCK, getrlimit(2)): before Linux 5.11 maps and programs count against it, and
/// the usual 64 KiB are soon used up.
/// </summary>
internal static unsafe class LockedMemory
{
    private const int MemoryLock = 8; // RLIMIT_MEMLOCK of asm-generic/resource.h

    private static readonly MachineFact<bool> Raised = new(() =>
    {
        var limits = stackalloc ulong[2] { ulong.MaxValue, ulong.MaxValue };
        if (Libc.SetResourceLimit(MemoryLock, limits) == 0) return true;
        // Without CAP_SYS_RESOURCE up to what is allowed.
        if (Libc.GetResourceLimit(MemoryLock, limits) < 0) return false;
        limits[0] = limits[1];
        return Libc.SetResourceLimit(MemoryLock, limits) == 0;
    });

    /// <summary>The first kernel that counts maps and programs in memory control groups instead.</summary>
    public static Version LastCountedBefore { get; } = new(5, 11);

    /// <summary>Lifts the limit for this process, where it counts; once.</summary>
    public static void Raise()
    {
        if (KernelFacts.RunningVersion < LastCountedBefore) _ = Raised.Value;
    }
}
