namespace EbpfCat.Bytecode;

/// <content>Jumps and calls. Distances are in slots, from the slot after the jump.</content>
public readonly partial record struct Instruction
{
    /// <summary>Jumps on the comparison of two registers: <c>if r1 > r2 goto +3</c>.</summary>
    /// <param name="w">How much of the registers to compare; 32 bits need Linux 5.1.</param>
    /// <param name="offset">The distance in slots.</param>
    /// <exception cref="ArgumentException">The operation is not a comparison.</exception>
    public static Instruction Jump(JumpOperation op, Width w, Register dst, Register src, short offset) =>
        new(JumpOpcode(op, w, RegisterSource), dst, src, offset, 0);

    /// <summary>Jumps on the comparison of a register with a constant: <c>if r1 > 5 goto +3</c>.</summary>
    /// <param name="w">How much of the register to compare; 32 bits need Linux 5.1.</param>
    /// <param name="imm">Second operand, sign-extended to the width even where the comparison is unsigned.</param>
    /// <param name="offset">The distance in slots.</param>
    /// <exception cref="ArgumentException">The operation is not a comparison.</exception>
    public static Instruction JumpImmediate(JumpOperation op, Width w, Register dst, int imm, short offset) =>
        new(JumpOpcode(op, w, 0), dst, 0, offset, imm);

    /// <summary>Jumps: <c>goto +3</c>.</summary>
    public static Instruction Goto(short offset) => new(Opcode.Goto, 0, 0, offset, 0);

    /// <summary>Jumps beyond the reach of 16 bits: <c>gotol +70000</c>. Linux 6.6.</summary>
    public static Instruction GotoLong(int offset) => new(Opcode.GotoLong, 0, 0, 0, offset);

    /// <summary>
    /// Falls through until the kernel's budget of iterations is spent, then jumps: <c>may_goto +3</c>. It makes any
    /// loop bounded for the verifier. Linux 6.9.
    /// </summary>
    public static Instruction MayGoto(short offset) => new(Opcode.MayGoto, 0, 0, offset, 0);

    /// <summary>Calls a kernel helper with R1 to R5; the result is in R0: <c>call bpf_map_lookup_elem#1</c>.</summary>
    public static Instruction Call(int helper) => new(Opcode.Call, 0, (Register)CallKind.Helper, 0, helper);

    /// <summary>Calls a function of the program: <c>call pc+5</c>. Linux 4.16.</summary>
    /// <param name="offset">The distance in slots.</param>
    public static Instruction CallLocal(int offset) => new(Opcode.Call, 0, (Register)CallKind.Local, 0, offset);

    /// <summary>Calls a kernel function: <c>call kernel-function#1234</c>. Linux 5.13.</summary>
    /// <param name="btfId">The function's id in the BTF.</param>
    /// <param name="btfIndex">The index of a module's BTF in the descriptors given when loading, or 0.</param>
    public static Instruction CallKernelFunction(int btfId, short btfIndex = 0) =>
        new(Opcode.Call, 0, (Register)CallKind.KernelFunction, btfIndex, btfId);

    /// <summary>Returns from the function with the result in R0: <c>exit</c>.</summary>
    public static Instruction Exit() => new(Opcode.Exit, 0, 0, 0, 0);

    private static Opcode JumpOpcode(JumpOperation op, Width w, byte source) =>
        op is JumpOperation.Always or JumpOperation.Call or JumpOperation.Exit
            ? throw new ArgumentException($"{op} compares nothing.", nameof(op))
            : (Opcode)((byte)op | source | (byte)(w == Width.W64 ? InstructionClass.Jump : InstructionClass.Jump32));
}
