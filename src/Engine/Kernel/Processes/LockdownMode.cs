namespace EbpfCat.Kernel;

/// <summary>How far the kernel is locked down (kernel_lockdown(7), Linux 5.4): what even root may not do.</summary>
public enum LockdownMode
{
    /// <summary>Not at all.</summary>
    None,
    /// <summary>Nobody changes the running kernel: programs do not write to the memory of processes.</summary>
    Integrity,
    /// <summary>
    /// Nor does anybody read what it keeps for itself: there are no kprobes and no tracing file system, and programs do
    /// not read kernel memory by helpers.
    /// </summary>
    Confidentiality,
}
