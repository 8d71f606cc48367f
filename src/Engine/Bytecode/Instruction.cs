namespace EbpfCat.Bytecode;

/// <summary>
/// One eBPF instruction as RFC 9669 lays it out. A 64-bit immediate load takes two slots of eight bytes in the
/// encoded program; it is one <see cref="Instruction"/> here, with its 64-bit value in <see cref="Immediate"/>.
/// </summary>
/// <param name="Opcode">The operation: class, source and code or mode and size.</param>
/// <param name="Destination">The destination register.</param>
/// <param name="Source">The source register, or for pseudo immediates and calls what the immediate means.</param>
/// <param name="Offset">A signed offset: bytes for memory, slots for jumps, a variant for some operations.</param>
/// <param name="Immediate">The constant operand: 32 bits and signed, except in a 64-bit immediate load.</param>
public readonly partial record struct Instruction(
    Opcode Opcode, Register Destination, Register Source, short Offset, long Immediate)
{
    /// <summary>The number of slots of eight bytes: two for a 64-bit immediate load, else one.</summary>
    public int SlotCount => Opcode == Opcode.LoadImmediate64 ? 2 : 1;

    /// <summary>The class of the operation.</summary>
    public InstructionClass Class => (InstructionClass)((byte)Opcode & 0x07);

    /// <summary>The arithmetic operation; has a meaning in the classes Alu32 and Alu64 only.</summary>
    public AluOperation AluOperation => (AluOperation)((byte)Opcode & 0xf0);

    /// <summary>The jump operation; has a meaning in the classes Jump and Jump32 only.</summary>
    public JumpOperation JumpOperation => (JumpOperation)((byte)Opcode & 0xf0);

    /// <summary>The size moved; has a meaning in the classes of loads and stores only.</summary>
    public MemorySize MemorySize => (MemorySize)((byte)Opcode & 0x18);

    /// <summary>What the value of a 64-bit immediate load means.</summary>
    public ImmediateKind ImmediateKind => (ImmediateKind)Source;

    /// <summary>The target of a call.</summary>
    public CallKind CallKind => (CallKind)Source;

    /// <summary>The instruction in the kernel verifier's notation.</summary>
    public override string ToString() => Disassembler.Format(this);
}
