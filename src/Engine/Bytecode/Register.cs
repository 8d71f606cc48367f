namespace EbpfCat.Bytecode;

/// <summary>A register of the eBPF machine (RFC 9669, section 2.1). All are 64 bits wide.</summary>
public enum Register : byte
{
    /// <summary>The return value of a call, and the result of a program.</summary>
    R0,
    /// <summary>First argument of a call; at program entry the context. A call clobbers R1 to R5.</summary>
    R1,
    /// <summary>Second argument of a call.</summary>
    R2,
    /// <summary>Third argument of a call.</summary>
    R3,
    /// <summary>Fourth argument of a call.</summary>
    R4,
    /// <summary>Fifth argument of a call.</summary>
    R5,
    /// <summary>Preserved across calls, like R7 to R9.</summary>
    R6,
    /// <summary>Preserved across calls.</summary>
    R7,
    /// <summary>Preserved across calls.</summary>
    R8,
    /// <summary>Preserved across calls.</summary>
    R9,
    /// <summary>The frame pointer: the upper end of the function's 512 bytes of stack. Read only.</summary>
    R10,
}
