namespace EbpfCat.Programs;

/// <summary>Helpers that a kernel which is locked down does not have: to the verifier they are unknown.</summary>
internal static class LockedHelpers
{
    /// <summary>A better explanation of a refusal, where lockdown forbids the helper that is called.</summary>
    /// <param name="slot">The slot of the instruction that was refused, where that is known.</param>
    /// <param name="explanation">The explanation of the verifier's log.</param>
    /// <param name="mode">The mode of lockdown, where it is not the one in force.</param>
    public static VerifierExplanation Explain(
        IEnumerable<Instruction> instructions, int? slot, VerifierExplanation explanation, LockdownMode? mode = null)
    {
        if (NewerInstructions.At(instructions, slot) is not { Opcode: Opcode.Call, CallKind: CallKind.Helper } call
            || HelperTable.Get((int)call.Immediate) is not { } helper
            || ForbiddenFrom(helper) is not { } forbidding
            || !explanation.Problem.Contains(helper.FullName, StringComparison.Ordinal))
        {
            return explanation;
        }

        var inForce = mode ?? Lockdown.Mode;
        return inForce < forbidding ? explanation : explanation with
        {
            Problem = $"it calls the helper {helper.FullName}, and {Lockdown.Cause(inForce)}",
            Remedy = Lockdown.Remedy,
            Lockdown = inForce,
        };
    }

    private static LockdownMode? ForbiddenFrom(Helper helper) =>
        helper.Has(HelperTraits.LockedForIntegrity) ? LockdownMode.Integrity
        : helper.Has(HelperTraits.LockedForConfidentiality) ? LockdownMode.Confidentiality : null;
}
