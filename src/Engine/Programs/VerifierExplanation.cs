namespace EbpfCat.Programs;

/// <summary>The explanation of a refusal by the verifier.</summary>
/// <param name="Problem">The problem, as text to stand after a colon.</param>
/// <param name="Remedy">What the author can do about it, as a sentence; null if there is no general advice.</param>
/// <param name="Reason">The verifier's own words.</param>
/// <param name="RequiredVersion">The first Linux that has what was refused, where the running one is older.</param>
/// <param name="Lockdown">The mode of kernel lockdown that forbids what was refused.</param>
internal sealed record VerifierExplanation(
    string Problem, string? Remedy, string Reason, Version? RequiredVersion = null,
    LockdownMode Lockdown = LockdownMode.None);
