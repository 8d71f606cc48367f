using EbpfCat.Language;

namespace EbpfCat.Compiler;

/// <summary>
/// Outlines loops that are too long for the verifier, which follows an ordinary loop iteration by iteration: the helper
/// <c>bpf_loop</c> (Linux 5.17) calls the function for each iteration, and the verifier checks it once.
/// </summary>
internal static class LongLoops
{
    /// <summary>The maximum number of iterations of the helper: BPF_MAX_LOOPS of include/linux/bpf.h.</summary>
    public const long MaxRounds = 8 * 1024 * 1024;

    /// <summary>
    /// The number of iterations from which a loop counts as long by default: the verifier follows at most 8192
    /// undecided conditional jumps in a function at one time.
    /// </summary>
    public const ulong DefaultRounds = 4096;

    /// <summary>The number of iterations from which a loop counts as long in a program that is too complex.</summary>
    public const ulong ComplexRounds = 64;

    // The verifier follows at most a million instructions. It follows more than the estimate for all paths tells.
    private const ulong MaxEstimate = 500_000;
    private const ulong MaxLength = 200_000;

    /// <summary>Outlines the long loops of a program.</summary>
    /// <returns>The program, then the functions.</returns>
    /// <exception cref="CompileException">A loop is longer than the helper allows.</exception>
    public static IReadOnlyList<IrFunction> Outline(IrFunction f, CompilerOptions options)
    {
        var functions = new List<IrFunction> { f };
        // A loop around one of these may be long too: the next search finds it, once these are outlined.
        while (FindLong(f, options.LongRounds, out var dominators) is { Count: > 0 } loops)
        {
            var outlined = LoopOutliner.Outline(f, loops, dominators, functions.Count);
            foreach (var each in outlined.Prepend(f)) options.AfterPass?.Invoke(nameof(LoopOutliner), each);
            functions.AddRange(outlined);
        }

        return functions;
    }

    // The long loops that contain no other long loop.
    private static List<NaturalLoop> FindLong(IrFunction f, ulong longRounds, out DominatorTree dominators)
    {
        f.Blocks = f.ReversePostorder();
        dominators = new DominatorTree(f);
        var result = new List<NaturalLoop>();
        var lengths = new Dictionary<NaturalLoop, ulong>();
        // The outermost loop around each block so far; a loop that is long, or contains a long loop, has no length.
        var outermost = new Dictionary<Block, NaturalLoop>();
        foreach (var loop in NaturalLoop.Find(f, dominators))
        {
            var rounds = loop.Rounds;
            if (rounds > MaxRounds && loop.EndsByCountAlone)
            {
                throw new CompileException(DiagnosticIds.LoopTooLong,
                    $"The loop goes round {rounds} times; the kernel allows {MaxRounds}.",
                    loop.Head.Source, "Put a loop into a loop, or do a part of the work each time the program runs.");
            }

            var (once, inner) = (0UL, new HashSet<NaturalLoop>());
            foreach (var block in loop.Blocks)
            {
                if (outermost.TryGetValue(block, out var other)) inner.Add(other);
                else once += (ulong)block.Body.Count + 1;
                outermost[block] = loop;
            }

            if (inner.Any(other => !lengths.ContainsKey(other))) continue;
            var round = inner.Aggregate(once, (sum, other) => sum + lengths[other]);
            var length = Math.Min(rounds, MaxRounds) * round;
            if (rounds > longRounds || length > MaxLength) result.Add(loop);
            else lengths[loop] = length;
        }

        if (result.Count == 0 && longRounds > ComplexRounds && IsTooComplex(outermost.Values, lengths, dominators))
            return FindLong(f, ComplexRounds, out dominators);
        return result;
    }

    // The verifier follows a loop once for each undecided exit of each iteration of the loops before it: it has
    // forgotten the state at the entry of the loop by then.
    private static bool IsTooComplex(
        IEnumerable<NaturalLoop> loops, Dictionary<NaturalLoop, ulong> lengths, DominatorTree dominators)
    {
        var (paths, sum) = (1UL, 0UL);
        foreach (var loop in loops.Where(lengths.ContainsKey).Distinct().OrderBy(l => dominators.OrderOf(l.Head)))
        {
            sum += paths * lengths[loop];
            if (sum > MaxEstimate) return true;
            if (loop.Rounds <= ComplexRounds) continue;
            paths *= Math.Max(1, Math.Min(loop.Rounds, MaxEstimate) * (ulong)loop.UndecidedExits);
            paths = Math.Min(paths, MaxEstimate);
        }

        return false;
    }
}
