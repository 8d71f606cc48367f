namespace EbpfCat.Kernel;

/// <summary>How a program is verified and loaded (<c>BPF_F_*</c> of BPF_PROG_LOAD).</summary>
[Flags]
public enum BpfProgramFlags : uint
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>Memory accesses must be aligned, also where the processor does not care.</summary>
    [Since(4, 12)]
    StrictAlignment = 1 << 0,

    /// <summary>Memory accesses need no alignment.</summary>
    [Since(5, 0)]
    AnyAlignment = 1 << 1,

    /// <summary>Upper halves are randomised after 32-bit writes: for tests of the verifier.</summary>
    [Since(5, 3)]
    TestRandomHigh32 = 1 << 2,

    /// <summary>The verifier makes more checkpoints: for tests of the verifier.</summary>
    [Since(5, 4)]
    TestStateFrequency = 1 << 3,

    /// <summary>The program may sleep.</summary>
    [Since(5, 10)]
    Sleepable = 1 << 4,

    /// <summary>The program copes with packets of several buffers.</summary>
    [Since(5, 18)]
    XdpHasFragments = 1 << 5,

    /// <summary>The program is bound to a device, for its metadata.</summary>
    [Since(6, 3)]
    XdpDeviceBoundOnly = 1 << 6,

    /// <summary>The verifier checks itself: for tests of the verifier.</summary>
    [Since(6, 8)]
    TestRegisterInvariants = 1 << 7,
}
