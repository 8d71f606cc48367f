namespace EbpfCat.Programs;

/// <summary>What the running kernel can do: asked once by loading a tiny program, and remembered.</summary>
public static partial class Features
{
    private static readonly MachineFact<InstructionSet> InstructionSetFact = new(ProbeInstructionSet);

    // A program that only a kernel with the instruction set accepts; the newest first.
    private static readonly (InstructionSet Set, Version Since, Instruction[] Program)[] Probes =
    [
        (InstructionSet.V4, new(6, 6),
        [
            Instruction.MoveImmediate(Width.W64, Register.R0, 0),
            Instruction.SignExtend(Width.W64, Register.R0, Register.R0, 8),
            Instruction.Exit(),
        ]),
        (InstructionSet.V3, new(5, 12),
        [
            Instruction.MoveImmediate(Width.W64, Register.R0, 0),
            Instruction.Store(MemorySize.Double, Register.R10, -8, Register.R0),
            Instruction.Atomic(AtomicOperation.FetchAdd, MemorySize.Double, Register.R10, -8, Register.R0),
            Instruction.JumpImmediate(JumpOperation.Eq, Width.W32, Register.R0, 0, 0),
            Instruction.Exit(),
        ]),
        (InstructionSet.V2, new(4, 14),
        [
            Instruction.MoveImmediate(Width.W64, Register.R0, 0),
            Instruction.JumpImmediate(JumpOperation.Lt, Width.W64, Register.R0, 0, 0),
            Instruction.Exit(),
        ]),
    ];

    /// <summary>
    /// The newest instruction set that the kernel accepts completely; without the privilege to load programs, the one
    /// that its version has.
    /// </summary>
    public static InstructionSet InstructionSet => InstructionSetFact.Value;

    private static InstructionSet ProbeInstructionSet()
    {
        foreach (var (set, since, program) in Probes)
        {
            try
            {
                var options = new ProgramLoadOptions
                {
                    Type = BpfProgramType.SocketFilter,
                    Instructions = InstructionEncoder.Encode(program),
                };
                Bpf.LoadProgram(options).Dispose();
                return set;
            }
            catch (KernelException refusal)
            {
                if (refusal.Errno == Errno.EPERM && KernelFacts.RunningVersion >= since) return set;
            }
        }

        return InstructionSet.V1;
    }
}
