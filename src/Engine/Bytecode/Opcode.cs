namespace EbpfCat.Bytecode;

/// <summary>
/// The first byte of an instruction (RFC 9669, section 3): its class in the low three bits; above that the source bit
/// and operation of arithmetic and jumps, or the size and mode of loads and stores. All that Linux 6.18 knows are here.
/// </summary>
public enum Opcode : byte
{
    /// <summary>Loads a 64-bit immediate, or what the source makes of it, such as a map. Takes two slots.</summary>
    LoadImmediate64 = 0x18,
    /// <summary>Loads 4 bytes of packet data in network order at the immediate into R0.</summary>
    LoadAbsoluteWord = 0x20,
    /// <summary>Loads 2 bytes of packet data in network order at the immediate into R0.</summary>
    LoadAbsoluteHalf = 0x28,
    /// <summary>Loads 1 byte of packet data in network order at the immediate into R0.</summary>
    LoadAbsoluteByte = 0x30,
    /// <summary>Loads 4 bytes of packet data in network order at source plus immediate into R0.</summary>
    LoadIndirectWord = 0x40,
    /// <summary>Loads 2 bytes of packet data in network order at source plus immediate into R0.</summary>
    LoadIndirectHalf = 0x48,
    /// <summary>Loads 1 byte of packet data in network order at source plus immediate into R0.</summary>
    LoadIndirectByte = 0x50,
    /// <summary>Loads 4 bytes from source plus offset, zero-extended.</summary>
    LoadWord = 0x61,
    /// <summary>Loads 2 bytes from source plus offset, zero-extended.</summary>
    LoadHalf = 0x69,
    /// <summary>Loads 1 byte from source plus offset, zero-extended.</summary>
    LoadByte = 0x71,
    /// <summary>Loads 8 bytes from source plus offset.</summary>
    LoadDouble = 0x79,
    /// <summary>Loads 4 bytes from source plus offset, sign-extended to 64 bits.</summary>
    LoadSignedWord = 0x81,
    /// <summary>Loads 2 bytes from source plus offset, sign-extended to 64 bits.</summary>
    LoadSignedHalf = 0x89,
    /// <summary>Loads 1 byte from source plus offset, sign-extended to 64 bits.</summary>
    LoadSignedByte = 0x91,
    /// <summary>Stores the immediate as 4 bytes at destination plus offset.</summary>
    StoreImmediateWord = 0x62,
    /// <summary>Stores the immediate as 2 bytes at destination plus offset.</summary>
    StoreImmediateHalf = 0x6a,
    /// <summary>Stores the immediate as 1 byte at destination plus offset.</summary>
    StoreImmediateByte = 0x72,
    /// <summary>Stores the immediate as 8 bytes at destination plus offset.</summary>
    StoreImmediateDouble = 0x7a,
    /// <summary>Stops speculative execution. Only programs read back from the kernel have it.</summary>
    NoSpeculation = 0xc2,
    /// <summary>Stores 4 bytes of the source at destination plus offset.</summary>
    StoreWord = 0x63,
    /// <summary>Stores 2 bytes of the source at destination plus offset.</summary>
    StoreHalf = 0x6b,
    /// <summary>Stores 1 byte of the source at destination plus offset.</summary>
    StoreByte = 0x73,
    /// <summary>Stores 8 bytes of the source at destination plus offset.</summary>
    StoreDouble = 0x7b,
    /// <summary>The atomic operation that the immediate names, on 4 bytes.</summary>
    AtomicWord = 0xc3,
    /// <summary>The atomic operation that the immediate names, on 2 bytes: load-acquire or store-release.</summary>
    AtomicHalf = 0xcb,
    /// <summary>The atomic operation that the immediate names, on 1 byte: load-acquire or store-release.</summary>
    AtomicByte = 0xd3,
    /// <summary>The atomic operation that the immediate names, on 8 bytes.</summary>
    AtomicDouble = 0xdb,
    /// <summary>Adds the immediate to the destination, 32 bits wide.</summary>
    Add32Immediate = 0x04,
    /// <summary>Adds the source to the destination, 32 bits wide.</summary>
    Add32Register = 0x0c,
    /// <summary>Subtracts the immediate from the destination, 32 bits wide.</summary>
    Sub32Immediate = 0x14,
    /// <summary>Subtracts the source from the destination, 32 bits wide.</summary>
    Sub32Register = 0x1c,
    /// <summary>Multiplies the destination by the immediate, 32 bits wide.</summary>
    Mul32Immediate = 0x24,
    /// <summary>Multiplies the destination by the source, 32 bits wide.</summary>
    Mul32Register = 0x2c,
    /// <summary>Divides the destination by the immediate, 32 bits wide: signed if the offset is 1.</summary>
    Div32Immediate = 0x34,
    /// <summary>Divides the destination by the source, 32 bits wide: signed if the offset is 1.</summary>
    Div32Register = 0x3c,
    /// <summary>Ors the immediate into the destination, 32 bits wide.</summary>
    Or32Immediate = 0x44,
    /// <summary>Ors the source into the destination, 32 bits wide.</summary>
    Or32Register = 0x4c,
    /// <summary>Ands the immediate into the destination, 32 bits wide.</summary>
    And32Immediate = 0x54,
    /// <summary>Ands the source into the destination, 32 bits wide.</summary>
    And32Register = 0x5c,
    /// <summary>Shifts the destination left by the immediate, 32 bits wide.</summary>
    Lsh32Immediate = 0x64,
    /// <summary>Shifts the destination left by the source, 32 bits wide.</summary>
    Lsh32Register = 0x6c,
    /// <summary>Shifts the destination right by the immediate, filling with zeros, 32 bits wide.</summary>
    Rsh32Immediate = 0x74,
    /// <summary>Shifts the destination right by the source, filling with zeros, 32 bits wide.</summary>
    Rsh32Register = 0x7c,
    /// <summary>Negates the destination, 32 bits wide.</summary>
    Neg32 = 0x84,
    /// <summary>Takes the remainder by the immediate, 32 bits wide: signed if the offset is 1.</summary>
    Mod32Immediate = 0x94,
    /// <summary>Takes the remainder by the source, 32 bits wide: signed if the offset is 1.</summary>
    Mod32Register = 0x9c,
    /// <summary>Exclusively ors the immediate into the destination, 32 bits wide.</summary>
    Xor32Immediate = 0xa4,
    /// <summary>Exclusively ors the source into the destination, 32 bits wide.</summary>
    Xor32Register = 0xac,
    /// <summary>Moves the immediate to the destination, 32 bits wide.</summary>
    Mov32Immediate = 0xb4,
    /// <summary>Moves the source to the destination, 32 bits wide: the low bits that the offset says, if any.</summary>
    Mov32Register = 0xbc,
    /// <summary>Shifts the destination right by the immediate, filling with the sign, 32 bits wide.</summary>
    Arsh32Immediate = 0xc4,
    /// <summary>Shifts the destination right by the source, filling with the sign, 32 bits wide.</summary>
    Arsh32Register = 0xcc,
    /// <summary>Converts the low 16, 32 or 64 bits (the immediate) from or to little-endian order.</summary>
    ToLittleEndian = 0xd4,
    /// <summary>Converts the low 16, 32 or 64 bits (the immediate) from or to big-endian order.</summary>
    ToBigEndian = 0xdc,
    /// <summary>Jumps by the offset, in slots.</summary>
    Goto = 0x05,
    /// <summary>Jumps if the destination, 64 bits wide, equals the immediate.</summary>
    JumpEq64Immediate = 0x15,
    /// <summary>Jumps if the destination, 64 bits wide, equals the source.</summary>
    JumpEq64Register = 0x1d,
    /// <summary>Jumps if the destination, 64 bits wide, is above the immediate, unsigned.</summary>
    JumpGt64Immediate = 0x25,
    /// <summary>Jumps if the destination, 64 bits wide, is above the source, unsigned.</summary>
    JumpGt64Register = 0x2d,
    /// <summary>Jumps if the destination, 64 bits wide, is the immediate or above, unsigned.</summary>
    JumpGe64Immediate = 0x35,
    /// <summary>Jumps if the destination, 64 bits wide, is the source or above, unsigned.</summary>
    JumpGe64Register = 0x3d,
    /// <summary>Jumps if the destination, 64 bits wide, has any bit of the immediate set.</summary>
    JumpSet64Immediate = 0x45,
    /// <summary>Jumps if the destination, 64 bits wide, has any bit of the source set.</summary>
    JumpSet64Register = 0x4d,
    /// <summary>Jumps if the destination, 64 bits wide, differs from the immediate.</summary>
    JumpNe64Immediate = 0x55,
    /// <summary>Jumps if the destination, 64 bits wide, differs from the source.</summary>
    JumpNe64Register = 0x5d,
    /// <summary>Jumps if the destination, 64 bits wide, is above the immediate, signed.</summary>
    JumpSgt64Immediate = 0x65,
    /// <summary>Jumps if the destination, 64 bits wide, is above the source, signed.</summary>
    JumpSgt64Register = 0x6d,
    /// <summary>Jumps if the destination, 64 bits wide, is the immediate or above, signed.</summary>
    JumpSge64Immediate = 0x75,
    /// <summary>Jumps if the destination, 64 bits wide, is the source or above, signed.</summary>
    JumpSge64Register = 0x7d,
    /// <summary>Calls a helper, a function of the program or a kernel function, as the source field says.</summary>
    Call = 0x85,
    /// <summary>Returns from the function.</summary>
    Exit = 0x95,
    /// <summary>Jumps if the destination, 64 bits wide, is below the immediate, unsigned.</summary>
    JumpLt64Immediate = 0xa5,
    /// <summary>Jumps if the destination, 64 bits wide, is below the source, unsigned.</summary>
    JumpLt64Register = 0xad,
    /// <summary>Jumps if the destination, 64 bits wide, is the immediate or below, unsigned.</summary>
    JumpLe64Immediate = 0xb5,
    /// <summary>Jumps if the destination, 64 bits wide, is the source or below, unsigned.</summary>
    JumpLe64Register = 0xbd,
    /// <summary>Jumps if the destination, 64 bits wide, is below the immediate, signed.</summary>
    JumpSlt64Immediate = 0xc5,
    /// <summary>Jumps if the destination, 64 bits wide, is below the source, signed.</summary>
    JumpSlt64Register = 0xcd,
    /// <summary>Jumps if the destination, 64 bits wide, is the immediate or below, signed.</summary>
    JumpSle64Immediate = 0xd5,
    /// <summary>Jumps if the destination, 64 bits wide, is the source or below, signed.</summary>
    JumpSle64Register = 0xdd,
    /// <summary>Jumps by the offset once the kernel's budget of iterations is spent.</summary>
    MayGoto = 0xe5,
    /// <summary>Jumps by the immediate, in slots.</summary>
    GotoLong = 0x06,
    /// <summary>Jumps if the destination, 32 bits wide, equals the immediate.</summary>
    JumpEq32Immediate = 0x16,
    /// <summary>Jumps if the destination, 32 bits wide, equals the source.</summary>
    JumpEq32Register = 0x1e,
    /// <summary>Jumps if the destination, 32 bits wide, is above the immediate, unsigned.</summary>
    JumpGt32Immediate = 0x26,
    /// <summary>Jumps if the destination, 32 bits wide, is above the source, unsigned.</summary>
    JumpGt32Register = 0x2e,
    /// <summary>Jumps if the destination, 32 bits wide, is the immediate or above, unsigned.</summary>
    JumpGe32Immediate = 0x36,
    /// <summary>Jumps if the destination, 32 bits wide, is the source or above, unsigned.</summary>
    JumpGe32Register = 0x3e,
    /// <summary>Jumps if the destination, 32 bits wide, has any bit of the immediate set.</summary>
    JumpSet32Immediate = 0x46,
    /// <summary>Jumps if the destination, 32 bits wide, has any bit of the source set.</summary>
    JumpSet32Register = 0x4e,
    /// <summary>Jumps if the destination, 32 bits wide, differs from the immediate.</summary>
    JumpNe32Immediate = 0x56,
    /// <summary>Jumps if the destination, 32 bits wide, differs from the source.</summary>
    JumpNe32Register = 0x5e,
    /// <summary>Jumps if the destination, 32 bits wide, is above the immediate, signed.</summary>
    JumpSgt32Immediate = 0x66,
    /// <summary>Jumps if the destination, 32 bits wide, is above the source, signed.</summary>
    JumpSgt32Register = 0x6e,
    /// <summary>Jumps if the destination, 32 bits wide, is the immediate or above, signed.</summary>
    JumpSge32Immediate = 0x76,
    /// <summary>Jumps if the destination, 32 bits wide, is the source or above, signed.</summary>
    JumpSge32Register = 0x7e,
    /// <summary>Jumps if the destination, 32 bits wide, is below the immediate, unsigned.</summary>
    JumpLt32Immediate = 0xa6,
    /// <summary>Jumps if the destination, 32 bits wide, is below the source, unsigned.</summary>
    JumpLt32Register = 0xae,
    /// <summary>Jumps if the destination, 32 bits wide, is the immediate or below, unsigned.</summary>
    JumpLe32Immediate = 0xb6,
    /// <summary>Jumps if the destination, 32 bits wide, is the source or below, unsigned.</summary>
    JumpLe32Register = 0xbe,
    /// <summary>Jumps if the destination, 32 bits wide, is below the immediate, signed.</summary>
    JumpSlt32Immediate = 0xc6,
    /// <summary>Jumps if the destination, 32 bits wide, is below the source, signed.</summary>
    JumpSlt32Register = 0xce,
    /// <summary>Jumps if the destination, 32 bits wide, is the immediate or below, signed.</summary>
    JumpSle32Immediate = 0xd6,
    /// <summary>Jumps if the destination, 32 bits wide, is the source or below, signed.</summary>
    JumpSle32Register = 0xde,
    /// <summary>Adds the immediate to the destination, 64 bits wide.</summary>
    Add64Immediate = 0x07,
    /// <summary>Adds the source to the destination, 64 bits wide.</summary>
    Add64Register = 0x0f,
    /// <summary>Subtracts the immediate from the destination, 64 bits wide.</summary>
    Sub64Immediate = 0x17,
    /// <summary>Subtracts the source from the destination, 64 bits wide.</summary>
    Sub64Register = 0x1f,
    /// <summary>Multiplies the destination by the immediate, 64 bits wide.</summary>
    Mul64Immediate = 0x27,
    /// <summary>Multiplies the destination by the source, 64 bits wide.</summary>
    Mul64Register = 0x2f,
    /// <summary>Divides the destination by the immediate, 64 bits wide: signed if the offset is 1.</summary>
    Div64Immediate = 0x37,
    /// <summary>Divides the destination by the source, 64 bits wide: signed if the offset is 1.</summary>
    Div64Register = 0x3f,
    /// <summary>Ors the immediate into the destination, 64 bits wide.</summary>
    Or64Immediate = 0x47,
    /// <summary>Ors the source into the destination, 64 bits wide.</summary>
    Or64Register = 0x4f,
    /// <summary>Ands the immediate into the destination, 64 bits wide.</summary>
    And64Immediate = 0x57,
    /// <summary>Ands the source into the destination, 64 bits wide.</summary>
    And64Register = 0x5f,
    /// <summary>Shifts the destination left by the immediate, 64 bits wide.</summary>
    Lsh64Immediate = 0x67,
    /// <summary>Shifts the destination left by the source, 64 bits wide.</summary>
    Lsh64Register = 0x6f,
    /// <summary>Shifts the destination right by the immediate, filling with zeros, 64 bits wide.</summary>
    Rsh64Immediate = 0x77,
    /// <summary>Shifts the destination right by the source, filling with zeros, 64 bits wide.</summary>
    Rsh64Register = 0x7f,
    /// <summary>Negates the destination, 64 bits wide.</summary>
    Neg64 = 0x87,
    /// <summary>Takes the remainder by the immediate, 64 bits wide: signed if the offset is 1.</summary>
    Mod64Immediate = 0x97,
    /// <summary>Takes the remainder by the source, 64 bits wide: signed if the offset is 1.</summary>
    Mod64Register = 0x9f,
    /// <summary>Exclusively ors the immediate into the destination, 64 bits wide.</summary>
    Xor64Immediate = 0xa7,
    /// <summary>Exclusively ors the source into the destination, 64 bits wide.</summary>
    Xor64Register = 0xaf,
    /// <summary>Moves the immediate to the destination, 64 bits wide.</summary>
    Mov64Immediate = 0xb7,
    /// <summary>Moves the source to the destination, 64 bits wide: the low bits that the offset says, if any.</summary>
    Mov64Register = 0xbf,
    /// <summary>Shifts the destination right by the immediate, filling with the sign, 64 bits wide.</summary>
    Arsh64Immediate = 0xc7,
    /// <summary>Shifts the destination right by the source, filling with the sign, 64 bits wide.</summary>
    Arsh64Register = 0xcf,
    /// <summary>Reverses the bytes of the low 16, 32 or 64 bits (the immediate).</summary>
    ByteSwap = 0xd7,
}
