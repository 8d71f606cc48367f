namespace EbpfCat.Kernel;

/// <summary>How a test run is done (<c>BPF_F_TEST_*</c>).</summary>
[Flags]
internal enum BpfTestRunFlags : uint
{
    None = 0,
    [Since(5, 10)] RunOnCpu = 1 << 0, // Runs on the processor given (raw tracepoints)
    [Since(5, 18)] XdpLiveFrames = 1 << 1, // Packets are real: a verdict takes effect
    [Since(6, 15)] SkbChecksumComplete = 1 << 2, // The packet has a complete checksum
}
