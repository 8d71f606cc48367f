namespace EbpfCat.Programs;

/// <summary>
/// Loads programs that are too complex for the verifier as long as it follows their loops iteration by iteration: the
/// helper <c>bpf_loop</c> (Linux 5.17) then runs the loops, at first only those with many iterations.
/// </summary>
internal static class LoopRetry
{
    // The numbers of iterations up to which a loop stays a loop, one for each attempt. A search for a header has less
    // than ten: as a function, it costs the verifier more.
    private static readonly ulong[] Rounds = [LongLoops.ComplexRounds, 10, 0];

    /// <summary>
    /// Whether a refusal can mean that the program is too complex: E2BIG for too many instructions; for too many
    /// branches in a row E2BIG, ENOMEM or EFAULT.
    /// </summary>
    public static bool CanHelp(KernelException refusal) =>
        refusal.Errno is Errno.E2BIG or Errno.ENOMEM or Errno.EFAULT;

    /// <summary>Loads a program, with its loops run by the helper where the verifier needs it.</summary>
    /// <param name="load">Loads a program; its second argument says whether to explain what can be helped.</param>
    /// <exception cref="KernelException">The kernel refused it.</exception>
    public static T Load<T>(CompiledProgram compiled, Func<CompiledProgram, bool, T> load)
    {
        if (compiled.Options is not { HasLoopHelper: true }) return load(compiled, true);
        try
        {
            return load(compiled, false);
        }
        catch (KernelException refusal) when (CanHelp(refusal))
        {
            var previous = compiled;
            foreach (var rounds in Rounds)
            {
                try
                {
                    if (previous.WithLoopHelper(rounds) is not { } outlined) continue;
                    return load(previous = outlined, false);
                }
                catch (CompileException)
                {
                    // The functions of its loops need more stack than there is.
                    break;
                }
                catch (KernelException again) when (CanHelp(again))
                {
                    // With more loops, or in words about the program as it is written.
                }
            }

            return load(compiled, true);
        }
    }

    /// <summary>Adds to the explanation of a refusal what the helper has to do with it.</summary>
    public static VerifierExplanation Explain(
        KernelException refusal, CompiledProgram compiled, VerifierExplanation explanation)
    {
        switch (compiled.Options)
        {
            case { LongRounds: < LongLoops.DefaultRounds }:
                const string Cause = "its loops run through bpf_loop, because it is too complex without";
                return explanation with { Problem = $"{explanation.Problem} ({Cause})" };
            case { HasLoopHelper: false } when CanHelp(refusal) && compiled.WithLoopHelper(0) is not null:
                var since = HelperTable.Get(HelperId.Loop)!.Kernel;
                return explanation with
                {
                    Problem = $"{explanation.Problem}; bpf_loop, which runs such loops, needs Linux {since}",
                    RequiredVersion = since,
                };
            default:
                return explanation;
        }
    }
}
