namespace EbpfCat.Programs;

/// <summary>The kernel's verifier refused a program: why, in words, where in the source, and its whole log.</summary>
public sealed class VerifierException : KernelException
{
    internal VerifierException(
        string operation, Errno errno, VerifierExplanation explanation, SourceSpan? source, int? slot, string log)
        : base(
            operation, errno, Cause(explanation, source), Remedy(explanation, source),
            requiredVersion: explanation.RequiredVersion, lockdown: explanation.Lockdown)
    {
        Explanation = explanation.Problem;
        Log = log;
        SourceSpan = source;
        Slot = slot;
        Reason = explanation.Reason;
    }

    /// <summary>Why the program was refused, in words.</summary>
    public string Explanation { get; }

    /// <summary>The line of the log that gives the verifier's own reason.</summary>
    public string Reason { get; }

    /// <summary>The verifier's log, whole.</summary>
    public string Log { get; }

    /// <summary>The place in the source of the refused instruction; null if unknown.</summary>
    public SourceSpan? SourceSpan { get; }

    /// <summary>The refused instruction, in slots from the program's start; null if the log names none.</summary>
    public int? Slot { get; }

    private static new string Cause(VerifierExplanation explanation, SourceSpan? source)
    {
        var place = source is null ? "" : $" at {source}";
        return $"the kernel's verifier refused it{place}: {explanation.Problem}; it says '{explanation.Reason}'";
    }

    private static new string? Remedy(VerifierExplanation explanation, SourceSpan? source) =>
        source is { LineText.Length: > 0 }
            ? explanation.Remedy + Environment.NewLine + source.Excerpt() : explanation.Remedy;
}
