namespace EbpfCat.Bytecode;

/// <summary>
/// One eBPF instruction as RFC 9669 lays it out. A 64-bit immediate load takes two slots of eight bytes in the
/// encoded program; it is one <see cref="Instruction"/> here, with its 64-bit value in <see cref="Immediate"/>.
/// </summary>
/// <param name="Opcode">The operation: class, source and code or mode and size. See <see cref="Bytecode.Opcode"/>.</param>
/// <param name="Destination">The destination register.</param>
/// <param name="Source">The source register, or for pseudo immediates and calls what the immediate means.</param>
/// <param name="Offset">A signed offset: bytes for memory, slots for jumps, a variant for some operations.</param>
/// <param name="Immediate">The constant operand: 32 bits and signed, except in a 64-bit immediate load.</param>
public readonly record struct Instruction(
    Opcode Opcode, Register Destination, Register Source, short Offset, long Immediate)
{
    /// <summary>How many slots of eight bytes the encoded instruction takes: two for a 64-bit immediate load, else one.</summary>
    public int SlotCount => Opcode == Opcode.LoadImmediate64 ? 2 : 1;

    /// <summary>The instruction in the kernel verifier's notation.</summary>
    public override string ToString() => Disassembler.Format(this);
}
