namespace EbpfCat.Bytecode;

/// <summary>The instruction classes: the low three bits of an opcode (RFC 9669, section 3).</summary>
public enum InstructionClass : byte
{
    /// <summary>64-bit immediates and the packet access of classic BPF.</summary>
    Load,
    /// <summary>Loads from memory to a register.</summary>
    LoadRegister,
    /// <summary>Stores of immediates.</summary>
    Store,
    /// <summary>Stores of registers, and atomic operations.</summary>
    StoreRegister,
    /// <summary>32-bit arithmetic.</summary>
    Alu32,
    /// <summary>Jumps on 64-bit comparisons, calls and exit.</summary>
    Jump,
    /// <summary>Jumps on 32-bit comparisons.</summary>
    Jump32,
    /// <summary>64-bit arithmetic.</summary>
    Alu64,
}
