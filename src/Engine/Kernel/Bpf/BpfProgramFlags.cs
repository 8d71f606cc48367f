namespace EbpfCat.Kernel;

/// <summary>How a program is verified and loaded (<c>BPF_F_*</c> of BPF_PROG_LOAD).</summary>
[Flags]
internal enum BpfProgramFlags : uint
{
    None = 0,
    [Since(4, 12)] StrictAlignment = 1 << 0, // Memory accesses must be aligned, also where the processor does not care
    [Since(5, 0)] AnyAlignment = 1 << 1, // Memory accesses need no alignment
    // Upper halves are randomised after 32-bit writes: for tests of the verifier
    [Since(5, 3)] TestRandomHigh32 = 1 << 2,
    [Since(5, 4)] TestStateFrequency = 1 << 3, // The verifier makes more checkpoints: for tests of the verifier
    [Since(5, 10)] Sleepable = 1 << 4, // The program may sleep
    [Since(5, 18)] XdpHasFragments = 1 << 5, // The program copes with packets of several buffers
    [Since(6, 3)] XdpDeviceBoundOnly = 1 << 6, // The program is bound to a device, for its metadata
    [Since(6, 8)] TestRegisterInvariants = 1 << 7, // The verifier checks itself: for tests of the verifier
}
