namespace EbpfCat.Bytecode;

/// <summary>Tells what an instruction asks of the kernel.</summary>
public static class InstructionSets
{
    /// <summary>All that needs more than the first kernel with eBPF. The first rule that applies counts.</summary>
    private static readonly Rule[] Rules =
    [
        new(i => i.IsAtomic && i.Immediate >= (int)AtomicOperation.LoadAcquire, InstructionSet.V4, new(6, 15)),
        new(i => i.Opcode is Opcode.MayGoto, InstructionSet.V4, new(6, 9)),
        new(i => i.IsAlu && i.AluOperation is AluOperation.Mov && i.Offset is 1, InstructionSet.V4, new(6, 9)),
        new(i => i.IsAlu && i.Offset != 0, InstructionSet.V4, new(6, 6)),
        new(i => i.Opcode is Opcode.ByteSwap or Opcode.GotoLong, InstructionSet.V4, new(6, 6)),
        new(i => i.Opcode is Opcode.LoadSignedByte or Opcode.LoadSignedHalf or Opcode.LoadSignedWord,
            InstructionSet.V4, new(6, 6)),
        new(i => i.IsAtomic && i.Immediate != (int)AtomicOperation.Add, InstructionSet.V3, new(5, 12)),
        new(i => i.Class is InstructionClass.Jump32, InstructionSet.V3, new(5, 1)),
        new(i => i.Class is InstructionClass.Jump
            && i.JumpOperation is JumpOperation.Lt or JumpOperation.Le or JumpOperation.Slt or JumpOperation.Sle,
            InstructionSet.V2, new(4, 14)),
        new(i => i.Opcode is Opcode.Call && i.CallKind is CallKind.KernelFunction, InstructionSet.V1, new(5, 13)),
        new(i => i.Opcode is Opcode.Call && i.CallKind is CallKind.Local, InstructionSet.V1, new(4, 16)),
        new(i => i.IsImmediate64(ImmediateKind.MapIndex, ImmediateKind.MapIndexValue), InstructionSet.V1, new(5, 14)),
        new(i => i.IsImmediate64(ImmediateKind.Function), InstructionSet.V1, new(5, 13)),
        new(i => i.IsImmediate64(ImmediateKind.BtfId), InstructionSet.V1, new(5, 10)),
        new(i => i.IsImmediate64(ImmediateKind.MapValue), InstructionSet.V1, new(5, 2)),
        new(_ => true, InstructionSet.V1, new(3, 18)),
    ];

    /// <summary>
    /// The instruction set version that an instruction needs. 32-bit arithmetic counts as version 1, which is what the
    /// kernel accepts, although compilers keep from it before version 3.
    /// </summary>
    public static InstructionSet InstructionSetOf(Instruction instruction) => RuleFor(instruction).InstructionSet;

    /// <summary>The first Linux that accepts an instruction; a helper it calls may ask for a later one.</summary>
    public static Version MinimumKernel(Instruction instruction) => RuleFor(instruction).Kernel;

    /// <summary>Whether an opcode is one of <see cref="Opcode"/>.</summary>
    public static bool IsKnown(Opcode opcode) => Enum.IsDefined(opcode);

    private static Rule RuleFor(Instruction instruction) => Array.Find(Rules, rule => rule.Applies(instruction))!;

    extension(Instruction instruction)
    {
        private bool IsAlu => instruction.Class is InstructionClass.Alu32 or InstructionClass.Alu64;

        private bool IsAtomic => ((byte)instruction.Opcode & 0xe7) == (byte)Opcode.AtomicWord;

        private bool IsImmediate64(params ReadOnlySpan<ImmediateKind> kinds) =>
            instruction.Opcode is Opcode.LoadImmediate64 && kinds.Contains(instruction.ImmediateKind);
    }

    private sealed record Rule(Predicate<Instruction> Applies, InstructionSet InstructionSet, Version Kernel);
}
