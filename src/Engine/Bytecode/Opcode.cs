namespace EbpfCat.Bytecode;

/// <summary>
/// The first byte of an instruction (RFC 9669, section 3): its class in the low three bits; above that the source bit
/// and operation of arithmetic and jumps, or the size and mode of loads and stores. All that Linux 6.18 knows are here.
/// The names of arithmetic and of conditional jumps give the operation (<see cref="AluOperation"/>,
/// <see cref="JumpOperation"/>), the width in bits, and whether the second operand is the immediate or the source.
/// </summary>
#pragma warning disable CS1591
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
    Add32Immediate = 0x04,
    Add32Register = 0x0c,
    Sub32Immediate = 0x14,
    Sub32Register = 0x1c,
    Mul32Immediate = 0x24,
    Mul32Register = 0x2c,
    Div32Immediate = 0x34,
    Div32Register = 0x3c,
    Or32Immediate = 0x44,
    Or32Register = 0x4c,
    And32Immediate = 0x54,
    And32Register = 0x5c,
    Lsh32Immediate = 0x64,
    Lsh32Register = 0x6c,
    Rsh32Immediate = 0x74,
    Rsh32Register = 0x7c,
    Neg32 = 0x84,
    Mod32Immediate = 0x94,
    Mod32Register = 0x9c,
    Xor32Immediate = 0xa4,
    Xor32Register = 0xac,
    Mov32Immediate = 0xb4,
    Mov32Register = 0xbc,
    Arsh32Immediate = 0xc4,
    Arsh32Register = 0xcc,
    /// <summary>Converts the low 16, 32 or 64 bits (the immediate) from or to little-endian order.</summary>
    ToLittleEndian = 0xd4,
    /// <summary>Converts the low 16, 32 or 64 bits (the immediate) from or to big-endian order.</summary>
    ToBigEndian = 0xdc,
    /// <summary>Jumps by the offset, in slots.</summary>
    Goto = 0x05,
    JumpEq64Immediate = 0x15,
    JumpEq64Register = 0x1d,
    JumpGt64Immediate = 0x25,
    JumpGt64Register = 0x2d,
    JumpGe64Immediate = 0x35,
    JumpGe64Register = 0x3d,
    JumpSet64Immediate = 0x45,
    JumpSet64Register = 0x4d,
    JumpNe64Immediate = 0x55,
    JumpNe64Register = 0x5d,
    JumpSgt64Immediate = 0x65,
    JumpSgt64Register = 0x6d,
    JumpSge64Immediate = 0x75,
    JumpSge64Register = 0x7d,
    /// <summary>Calls a helper, a function of the program or a kernel function, as the source field says.</summary>
    Call = 0x85,
    /// <summary>Returns from the function.</summary>
    Exit = 0x95,
    JumpLt64Immediate = 0xa5,
    JumpLt64Register = 0xad,
    JumpLe64Immediate = 0xb5,
    JumpLe64Register = 0xbd,
    JumpSlt64Immediate = 0xc5,
    JumpSlt64Register = 0xcd,
    JumpSle64Immediate = 0xd5,
    JumpSle64Register = 0xdd,
    /// <summary>Jumps by the offset once the kernel's budget of iterations is spent.</summary>
    MayGoto = 0xe5,
    /// <summary>Jumps by the immediate, in slots.</summary>
    GotoLong = 0x06,
    JumpEq32Immediate = 0x16,
    JumpEq32Register = 0x1e,
    JumpGt32Immediate = 0x26,
    JumpGt32Register = 0x2e,
    JumpGe32Immediate = 0x36,
    JumpGe32Register = 0x3e,
    JumpSet32Immediate = 0x46,
    JumpSet32Register = 0x4e,
    JumpNe32Immediate = 0x56,
    JumpNe32Register = 0x5e,
    JumpSgt32Immediate = 0x66,
    JumpSgt32Register = 0x6e,
    JumpSge32Immediate = 0x76,
    JumpSge32Register = 0x7e,
    JumpLt32Immediate = 0xa6,
    JumpLt32Register = 0xae,
    JumpLe32Immediate = 0xb6,
    JumpLe32Register = 0xbe,
    JumpSlt32Immediate = 0xc6,
    JumpSlt32Register = 0xce,
    JumpSle32Immediate = 0xd6,
    JumpSle32Register = 0xde,
    Add64Immediate = 0x07,
    Add64Register = 0x0f,
    Sub64Immediate = 0x17,
    Sub64Register = 0x1f,
    Mul64Immediate = 0x27,
    Mul64Register = 0x2f,
    Div64Immediate = 0x37,
    Div64Register = 0x3f,
    Or64Immediate = 0x47,
    Or64Register = 0x4f,
    And64Immediate = 0x57,
    And64Register = 0x5f,
    Lsh64Immediate = 0x67,
    Lsh64Register = 0x6f,
    Rsh64Immediate = 0x77,
    Rsh64Register = 0x7f,
    Neg64 = 0x87,
    Mod64Immediate = 0x97,
    Mod64Register = 0x9f,
    Xor64Immediate = 0xa7,
    Xor64Register = 0xaf,
    Mov64Immediate = 0xb7,
    Mov64Register = 0xbf,
    Arsh64Immediate = 0xc7,
    Arsh64Register = 0xcf,
    /// <summary>Reverses the bytes of the low 16, 32 or 64 bits (the immediate).</summary>
    ByteSwap = 0xd7,
}
