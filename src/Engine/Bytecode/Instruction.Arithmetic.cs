namespace EbpfCat.Bytecode;

public readonly partial record struct Instruction
{
    private const byte RegisterSource = 0x08;

    /// <summary>An arithmetic operation on two registers: <c>r1 += r2</c>.</summary>
    /// <param name="w">The width of the operands.</param>
    /// <param name="dst">First operand and result.</param>
    /// <param name="offset">1 makes division and remainder signed (Linux 6.6); otherwise 0.</param>
    public static Instruction Alu(AluOperation op, Width w, Register dst, Register src, short offset = 0) =>
        new(AluOpcode(op, w, RegisterSource), dst, src, offset, 0);

    /// <summary>An arithmetic operation on a register and a constant: <c>r1 += 5</c>.</summary>
    /// <param name="w">The width of the operands.</param>
    /// <param name="dst">First operand and result.</param>
    /// <param name="imm">Second operand, sign-extended to the width.</param>
    /// <param name="offset">1 makes division and remainder signed (Linux 6.6); otherwise 0.</param>
    public static Instruction AluImmediate(AluOperation op, Width w, Register dst, int imm, short offset = 0) =>
        new(AluOpcode(op, w, 0), dst, 0, offset, imm);

    /// <summary>Copies a register: <c>r1 = r2</c>. A 32-bit move clears the upper half of the destination.</summary>
    public static Instruction Move(Width w, Register dst, Register src) => Alu(AluOperation.Mov, w, dst, src);

    /// <summary>Sets a register: <c>r1 = 5</c>. The constant is sign-extended to the width.</summary>
    public static Instruction MoveImmediate(Width w, Register dst, int imm) =>
        AluImmediate(AluOperation.Mov, w, dst, imm);

    /// <summary>Copies the low bits of a register and sign-extends them: <c>r1 = (s16)r2</c>. Linux 6.6.</summary>
    /// <param name="w">The width of the result. At 32 bits, the upper half of the destination becomes zero.</param>
    /// <param name="src">The register to extend.</param>
    /// <param name="bits">The number of bits to copy: 8 or 16, or 32 for a result of 64 bits.</param>
    /// <exception cref="ArgumentOutOfRangeException">No instruction extends this number of bits.</exception>
    public static Instruction SignExtend(Width w, Register dst, Register src, int bits) =>
        bits is 8 or 16 || (bits is 32 && w == Width.W64)
            ? Alu(AluOperation.Mov, w, dst, src, (short)bits)
            : throw new ArgumentOutOfRangeException(nameof(bits), bits, "A move extends 8 or 16 bits, or 32 to 64.");

    /// <summary>Negates a register: <c>r1 = -r1</c>.</summary>
    public static Instruction Negate(Width w, Register dst) => AluImmediate(AluOperation.Neg, w, dst, 0);

    /// <summary>Reverses the low bytes of a register and clears the rest: <c>r1 = bswap16 r1</c>. Linux 6.6.</summary>
    /// <param name="bits">16, 32 or 64.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of bits is another.</exception>
    public static Instruction ByteSwap(Register dst, int bits) => new(Opcode.ByteSwap, dst, 0, 0, SwapBits(bits));

    /// <summary>Converts low bytes between native and big-endian, and clears the rest: <c>r1 = be16 r1</c>.</summary>
    /// <param name="bits">16, 32 or 64.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of bits is another.</exception>
    public static Instruction ToBigEndian(Register dst, int bits) => new(Opcode.ToBigEndian, dst, 0, 0, SwapBits(bits));

    /// <summary>
    /// Converts the low bytes between the processor's order and little-endian, and clears the rest:
    /// <c>r1 = le16 r1</c>.
    /// </summary>
    /// <param name="bits">16, 32 or 64.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of bits is another.</exception>
    public static Instruction ToLittleEndian(Register dst, int bits) =>
        new(Opcode.ToLittleEndian, dst, 0, 0, SwapBits(bits));

    private static Opcode AluOpcode(AluOperation op, Width w, byte source) =>
        (Opcode)((byte)op | source | (byte)(w == Width.W64 ? InstructionClass.Alu64 : InstructionClass.Alu32));

    private static int SwapBits(int bits) => bits is 16 or 32 or 64
        ? bits
        : throw new ArgumentOutOfRangeException(nameof(bits), bits, "Only 16, 32 or 64 bits have a byte order.");
}
