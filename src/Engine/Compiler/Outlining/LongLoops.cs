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
    private const ulong LongWay = 200_000;

    /// <summary>Makes functions of a program's long loops.</summary>
    /// <returns>The program, then the functions.</returns>
    /// <exception cref="CompileException">A loop is longer than the helper allows.</exception>
    public static IReadOnlyList<IrFunction> Outline(IrFunction f, CompilerOptions options)
    {
        var functions = new List<IrFunction> { f };
        // Only a loop that is a part of the program itself is taken out of it: the next search finds those around it.
        while (FindLong(f, options.LongRounds) is { } loop)
        {
            functions.Add(LoopOutliner.Outline(f, loop, $"{f.Name}_loop{functions.Count}"));
            options.AfterPass?.Invoke(nameof(LoopOutliner), f);
            options.AfterPass?.Invoke(nameof(LoopOutliner), functions[^1]);
        }

        return functions;
    }

    private static NaturalLoop? FindLong(IrFunction f, ulong longRounds)
    {
        f.Blocks = f.ReversePostorder();
        var dominators = new DominatorTree(f);
        var loops = NaturalLoop.Find(f, dominators);
        var ways = new Dictionary<NaturalLoop, ulong>();
        foreach (var loop in loops)
        {
            var rounds = loop.Rounds;
            if (rounds > MaxRounds && loop.EndsByCountAlone)
            {
                throw new CompileException(DiagnosticIds.LoopTooLong,
                    $"The loop goes round {rounds} times; the kernel allows {MaxRounds}.",
                    loop.Head.Source, "Put a loop into a loop, or do a part of the work each time the program runs.");
            }

            var inner = loops.Where(other => ways.ContainsKey(other) && other != loop
                && loop.Blocks.Contains(other.Head)).ToList();
            var once = loop.Blocks.Where(block => !inner.Exists(other => other.Blocks.Contains(block)))
                .Sum(block => block.Body.Count + 1);
            // Of loops in the loop only those count that lie in no other.
            var nested = inner.Where(other =>
                !inner.Exists(between => between != other && between.Blocks.Contains(other.Head)))
                .Aggregate(0UL, (sum, other) => sum + ways[other]);
            var way = Math.Min(rounds, MaxRounds) * ((ulong)once + nested);
            if (rounds > longRounds || way > LongWay) return loop;
            ways[loop] = way;
        }

        return null;
    }
}
