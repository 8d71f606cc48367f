namespace EbpfCat.Kernel;

/// <summary>How a test run is done (<c>BPF_F_TEST_*</c>).</summary>
[Flags]
public enum BpfTestRunFlags : uint
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>Runs on the processor given (raw tracepoints).</summary>
    [Since(5, 10)]
    RunOnCpu = 1 << 0,

    /// <summary>Packets are real: a verdict takes effect.</summary>
    [Since(5, 18)]
    XdpLiveFrames = 1 << 1,

    /// <summary>The packet has a complete checksum.</summary>
    [Since(6, 15)]
    SkbChecksumComplete = 1 << 2,
}
