namespace EbpfCat.Kernel;

/// <summary>
/// The numbers of system calls without a function in the C library, by processor (<c>asm/unistd_64.h</c> of x86-64,
/// <c>asm-generic/unistd.h</c> of arm64).
/// </summary>
internal sealed record SystemCallNumbers(int Bpf, int PerfEventOpen, int GetThreadId)
{
    /// <summary>The numbers of the processor that this process runs on.</summary>
    public static SystemCallNumbers Current { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 when OperatingSystem.IsLinux() => new(Bpf: 321, PerfEventOpen: 298, GetThreadId: 186),
        Architecture.Arm64 when OperatingSystem.IsLinux() => new(Bpf: 280, PerfEventOpen: 241, GetThreadId: 178),
        _ => throw new PlatformNotSupportedException(
            $"eBPF is for Linux on x86-64 and arm64; this is {RuntimeInformation.RuntimeIdentifier}."),
    };
}
