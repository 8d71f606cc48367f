using EbpfCat.Language;

namespace EbpfCat.Compiler;

/// <summary>
/// Makes functions of the loops that are too long for the verifier, which follows an ordinary loop round by round: the
/// helper <c>bpf_loop</c> (Linux 5.17) calls such a function for each round, and the verifier looks at it once.
/// </summary>
internal static class LongLoops
{
    /// <summary>The most rounds that the helper makes: BPF_MAX_LOOPS of the kernel's include/linux/bpf.h.</summary>
    public const long MaxRounds = 8 * 1024 * 1024;

    /// <summary>
    /// From how many rounds on a loop counts as long where nothing else is said: the verifier follows at most 8192
    /// conditional jumps that may go either way, in any function at one time.
    /// </summary>
    public const ulong DefaultRounds = 4096;

    // The verifier follows at most a million instructions.
    private const ulong MaxLength = 200_000;

    /// <summary>Makes functions of a program's long loops.</summary>
    /// <returns>The program, then the functions.</returns>
    /// <exception cref="CompileException">A loop is longer than the helper allows.</exception>
    public static IReadOnlyList<IrFunction> Outline(IrFunction f, CompilerOptions options)
    {
        var functions = new List<IrFunction> { f };
        // A loop around one of these is a part of the program only once they are outlined: the next search finds it.
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
        // The outermost loop around each block so far; a loop that is long, or contains such a loop, has no length.
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

        return result;
    }
}
