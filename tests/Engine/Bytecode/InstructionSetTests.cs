using EbpfCat.Bytecode;
using static EbpfCat.Bytecode.Instruction;
using static EbpfCat.Bytecode.Register;
using static EbpfCat.Bytecode.Width;

namespace EbpfCat.Tests.Bytecode;

public class InstructionSetTests
{
    public static TheoryData<Instruction, InstructionSet, string> Needs => new()
    {
        { Alu(AluOperation.Div, W64, R1, R2), InstructionSet.V1, "3.18" },
        { Alu(AluOperation.Add, W32, R1, R2), InstructionSet.V1, "3.18" },
        { ToBigEndian(R1, 64), InstructionSet.V1, "3.18" },
        { Atomic(AtomicOperation.Add, MemorySize.Word, R1, 0, R2), InstructionSet.V1, "3.18" },
        { Jump(JumpOperation.Sgt, W64, R1, R2, 1), InstructionSet.V1, "3.18" },
        { Exit(), InstructionSet.V1, "3.18" },
        { LoadMap(R1, 3), InstructionSet.V1, "3.18" },
        { CallLocal(3), InstructionSet.V1, "4.16" },
        { LoadMapValue(R1, 3, 0), InstructionSet.V1, "5.2" },
        { CallKernelFunction(3), InstructionSet.V1, "5.13" },
        { Jump(JumpOperation.Lt, W64, R1, R2, 1), InstructionSet.V2, "4.14" },
        { JumpImmediate(JumpOperation.Sle, W64, R1, 2, 1), InstructionSet.V2, "4.14" },
        { Jump(JumpOperation.Eq, W32, R1, R2, 1), InstructionSet.V3, "5.1" },
        { JumpImmediate(JumpOperation.Lt, W32, R1, 2, 1), InstructionSet.V3, "5.1" },
        { Atomic(AtomicOperation.FetchAdd, MemorySize.Word, R1, 0, R2), InstructionSet.V3, "5.12" },
        { Atomic(AtomicOperation.Xor, MemorySize.Word, R1, 0, R2), InstructionSet.V3, "5.12" },
        { Alu(AluOperation.Div, W64, R1, R2, 1), InstructionSet.V4, "6.6" },
        { AluImmediate(AluOperation.Mod, W32, R1, 2, 1), InstructionSet.V4, "6.6" },
        { SignExtend(W64, R1, R2, 8), InstructionSet.V4, "6.6" },
        { LoadSigned(MemorySize.Byte, R1, R2, 8), InstructionSet.V4, "6.6" },
        { ByteSwap(R1, 16), InstructionSet.V4, "6.6" },
        { GotoLong(1), InstructionSet.V4, "6.6" },
        { MayGoto(1), InstructionSet.V4, "6.9" },
        { Atomic(AtomicOperation.LoadAcquire, MemorySize.Byte, R1, 0, R2), InstructionSet.V4, "6.15" },
    };

    [Theory]
    [MemberData(nameof(Needs))]
    public void Instruction_requires_its_instruction_set_and_kernel(
        Instruction instruction, InstructionSet set, string kernel)
    {
        Assert.Equal(set, InstructionSets.InstructionSetOf(instruction));
        Assert.Equal(Version.Parse(kernel), InstructionSets.MinimumKernel(instruction));
    }
}
