namespace EbpfCat.Programs;

/// <summary>What a refusal by the verifier means.</summary>
/// <param name="Problem">Why, in words, to follow a colon.</param>
/// <param name="Remedy">What to do about it, as a sentence; null where nothing general can be said.</param>
/// <param name="Reason">The verifier's own words.</param>
/// <param name="RequiredVersion">The first Linux that has what was refused, where the running one is older.</param>
/// <param name="Lockdown">The mode of kernel lockdown that forbids what was refused.</param>
internal sealed record VerifierExplanation(
    string Problem, string? Remedy, string Reason, Version? RequiredVersion = null,
    LockdownMode Lockdown = LockdownMode.None);
