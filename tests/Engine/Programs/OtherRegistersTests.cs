using EbpfCat.Bytecode;
using EbpfCat.Programs;

namespace EbpfCat.Tests.Programs;

public sealed class OtherRegistersTests
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
    public void Registers_that_calls_preserve_change_places_and_all_else_stays()
    {
        var (before, lines) = (Lines(Program), Lines(OtherRegisters.Rotate(Program, 1)));
        Assert.EndsWith("r7 = r1", lines[0]);
        Assert.Equal(before[1].Replace("r7", "r8"), lines[1]);
        Assert.EndsWith("r6 = *(u32 *)(r9 +4)", lines[2]);
        Assert.EndsWith("if r7 < r6 goto pc+1", lines[3]);
        Assert.Equal(before[4..], lines[4..]);
    }

    [Fact]
    public void All_the_way_round_is_where_it_began() => Assert.Equal(Program, OtherRegisters.Rotate(OtherRegisters.Rotate(Program, 3), 1));

    private static string[] Lines(byte[] program) => Disassembler.FormatProgram(InstructionDecoder.Decode(program))
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
