namespace EbpfCat.Bytecode;

/// <summary>The versions of the instruction set, as compilers number them (-mcpu). Each includes the last.</summary>
public enum InstructionSet
{
    /// <summary>The first set, of Linux 3.18, with 32-bit arithmetic.</summary>
    V1 = 1,
    /// <summary>Jumps if less (Linux 4.14).</summary>
    V2,
    /// <summary>32-bit comparisons (Linux 5.1) and atomic operations that fetch (Linux 5.12).</summary>
    V3,
    /// <summary>
    /// Sign-extending loads and moves, byte swaps, signed division, long jumps (Linux 6.6); may_goto (Linux 6.9);
    /// load-acquire and store-release (Linux 6.15).
    /// </summary>
    V4,
}
