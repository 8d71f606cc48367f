using EbpfCat.Bytecode;
using EbpfCat.Programs;

namespace EbpfCat.Tests.Programs;

public sealed class JitRetryTests
{
    private static readonly byte[] Program = InstructionEncoder.Encode(
    [
        Instruction.Move(Width.W64, Register.R6, Register.R1),
        Instruction.LoadMapValueByIndex(Register.R7, 0, 8),
        Instruction.Load(MemorySize.Word, Register.R9, Register.R8, 4),
        Instruction.Jump(JumpOperation.Lt, Width.W64, Register.R6, Register.R9, 1),
        Instruction.CallLocal(2),
        Instruction.StoreImmediate(MemorySize.Word, Register.R10, -8, 7),
        Instruction.Exit(),
    ]);

    [Fact]
    public void Rotation_exchanges_only_callee_saved_registers()
    {
        var (before, lines) = (Lines(Program), Lines(JitRetry.Rotate(Program, 1)));
        Assert.EndsWith("r7 = r1", lines[0]);
        Assert.Equal(before[1].Replace("r7", "r8"), lines[1]);
        Assert.EndsWith("r6 = *(u32 *)(r9 +4)", lines[2]);
        Assert.EndsWith("if r7 < r6 goto pc+1", lines[3]);
        Assert.Equal(before[4..], lines[4..]);
    }

    [Fact]
    public void Full_rotation_restores_the_program() =>
        Assert.Equal(Program, JitRetry.Rotate(JitRetry.Rotate(Program, 3), 1));

    private static string[] Lines(byte[] program) => Disassembler.FormatProgram(InstructionDecoder.Decode(program))
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
