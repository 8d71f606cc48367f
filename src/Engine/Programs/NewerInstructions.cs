namespace EbpfCat.Programs;

/// <summary>Instructions, and calls of helpers, that are newer than the kernel that refused them.</summary>
internal static class NewerInstructions
{
    /// <summary>A better explanation of a refusal, where the instruction refused is newer than the kernel.</summary>
    /// <param name="slot">The slot of the instruction that was refused, where that is known.</param>
    /// <param name="explanation">The explanation of the verifier's log.</param>
    /// <param name="running">The version of the kernel, where it is not the running one.</param>
    public static VerifierExplanation Explain(
        IEnumerable<Instruction> instructions, int? slot, VerifierExplanation explanation, Version? running = null)
    {
        running ??= KernelFacts.RunningVersion;
        if (At(instructions, slot) is not { } refused) return explanation;
        var helper = refused is { Opcode: Opcode.Call, CallKind: CallKind.Helper }
            ? HelperTable.Get((int)refused.Immediate) : null;
        var since = helper?.Kernel ?? InstructionSets.MinimumKernel(refused);
        if (since <= running) return explanation;
        var (what, remedy) = helper is null
            ? ($"the instruction '{Disassembler.Format(refused)}'",
                "Compile it for an older instruction set, or use a newer kernel.")
            : ($"the helper {helper.FullName}", "Use another helper, or a newer kernel.");
        return explanation with
        {
            Problem = $"{what} needs Linux {since}, this is {running}",
            Remedy = remedy,
            RequiredVersion = since,
        };
    }

    internal static Instruction? At(IEnumerable<Instruction> instructions, int? slot)
    {
        var at = 0;
        foreach (var instruction in instructions)
        {
            if (at == slot) return instruction;
            at += instruction.SlotCount;
        }

        return null;
    }
}
