namespace EbpfCat.Compiler;

/// <summary>
/// The operation of a value. All values have 64 bits. Pure operations may be shared, moved and dropped; the others keep
/// their order within a block.
/// </summary>
internal enum Op
{
    // Pure, without operands.
    Constant,       // Immediate
    Context,        // what R1 holds at entry
    Parameter,      // Immediate: which argument of a function
    FrameAddress,   // Slot
    MapAddress,     // Map
    MapValueAddress, // Map, Immediate: offset in the first value
    FunctionAddress, // Function
    Undefined,      // a local read before it is written: zero

    // Pure arithmetic in 64 bits.
    Add, Sub, Mul, UDiv, SDiv, UMod, SMod, And, Or, Xor, Shl, Shr, Sar,
    Negate,
    SignExtend,     // Immediate: from how many bits
    ByteSwap,       // Immediate: 16, 32 or 64 bits; the rest of the result is zero

    // the operand itself, of which nothing is taken as known: what follows is written for the verifier's eyes
    Opaque,
    Phi,

    // Memory: Immediate is the byte offset, Size the width in bytes.
    Load,
    Store,          // pointer, value
    AtomicAdd,      // pointer, value
    Call,           // Helper, Immediate: its id
}
