namespace EbpfCat.Compiler;

/// <summary>A natural loop: the blocks from which its head, the only entry, is reached within it.</summary>
internal sealed class NaturalLoop
{
    // The assumed number of iterations if it is unknown.
    private const ulong UnknownRounds = 16;

    private NaturalLoop(Block head, HashSet<Block> blocks) => (Head, Blocks) = (head, blocks);

    public Block Head { get; }
    public HashSet<Block> Blocks { get; }

    /// <summary>The latches: the blocks of the loop that jump to the head.</summary>
    public IEnumerable<Block> Latches => Head.Predecessors.Where(Blocks.Contains);

    /// <summary>The edges out of the loop.</summary>
    public IEnumerable<(Block From, Block To)> Exits =>
        from block in Blocks.OrderBy(block => block.Id)
        from next in block.Successors
        where !Blocks.Contains(next)
        select (block, next);

    /// <summary>The loops of a function, inner ones before outer ones.</summary>
    public static List<NaturalLoop> Find(IrFunction f, DominatorTree dominators)
    {
        var loops = new Dictionary<Block, NaturalLoop>();
        foreach (var block in f.Blocks)
        {
            foreach (var head in block.Successors)
            {
                if (!dominators.Dominates(head, block)) continue;
                if (!loops.TryGetValue(head, out var loop)) loops[head] = loop = new NaturalLoop(head, [head]);
                loop.Include(block);
            }
        }

        return [.. loops.Values.OrderBy(loop => loop.Blocks.Count).ThenBy(loop => loop.Head.Id)];
    }

    /// <summary>
    /// A phi that changes by a constant in each iteration, as induction variable; null for any other.
    /// </summary>
    /// <param name="phi">One of the head's phis.</param>
    public long? StepOf(Value phi)
    {
        long? step = null;
        for (var i = 0; i < phi.Operands.Length; i++)
        {
            if (!Blocks.Contains(Head.Predecessors[i])) continue;
            var next = phi.Operands[i].Current;
            if (next.Op is not (Op.Add or Op.Sub) || !ReferenceEquals(next.Operands[0].Current, phi)
                || next.Operands[1].Current is not { IsConstant: true, Immediate: var by })
            {
                return null;
            }

            if (next.Op == Op.Sub) by = -by;
            if (step is not null && step != by) return null;
            step = by;
        }

        return step is 0 ? null : step;
    }

    /// <summary>Whether the loop ends only when its counter reaches a known limit.</summary>
    public bool EndsByCountAlone => Exits.ToList() is [var (from, _)] && from.Exit == ExitKind.Branch
        && (from.Left!.Current.IsConstant || from.Right!.Current.IsConstant);

    /// <summary>The number of exits that the verifier follows in each iteration, as nothing decides them.</summary>
    public int UndecidedExits => Exits.Count(exit => exit.To.Exit != ExitKind.Return
        && !(IsKnown(exit.From.Left!) && IsKnown(exit.From.Right!)));

    /// <summary>The maximum number of iterations, as far as a tested counter tells.</summary>
    public ulong Rounds
    {
        get
        {
            var min = ulong.MaxValue;
            foreach (var block in Blocks)
            {
                if (block.Exit != ExitKind.Branch || block.Comparison.IsPacketCheck()) continue;
                if (block.Successors.All(Blocks.Contains)) continue;
                if (RoundsUntil(block.Left!.Current, block.Right!.Current) is { } rounds)
                    min = Math.Min(min, rounds);
                if (RoundsUntil(block.Right!.Current, block.Left!.Current) is { } others)
                    min = Math.Min(min, others);
            }

            return min == ulong.MaxValue ? UnknownRounds : min;
        }
    }

    // Whether the verifier knows the number in each iteration: a constant, or a counter that starts with one.
    private bool IsKnown(Value value)
    {
        var root = Root(value);
        if (root.Op != Op.Phi || !ReferenceEquals(root.Block, Head) || StepOf(root) is null) return root.IsConstant;
        return root.Operands.Zip(Head.Predecessors)
            .All(pair => pair.First.Current.IsConstant || Blocks.Contains(pair.Second));
    }

    private ulong? RoundsUntil(Value count, Value limit)
    {
        var phi = Root(count);
        if (phi.Op != Op.Phi || !ReferenceEquals(phi.Block, Head)) return null;
        var (step, first) = (1L, 0L);
        for (var i = 0; i < phi.Operands.Length; i++)
        {
            var operand = phi.Operands[i].Current;
            if (!Blocks.Contains(Head.Predecessors[i])) first = operand.IsConstant ? operand.Immediate : 0;
            else if (!ReferenceEquals(Root(operand), phi)) return null;
            else if (operand.Operands is [_, { Current: { IsConstant: true, Immediate: not 0 and var by } }]) step = by;
        }

        var last = limit.IsConstant ? limit.Immediate : (long)Math.Min(ValueRange.Maximum(limit), long.MaxValue);
        var way = (UInt128)Int128.Abs((Int128)last - first);
        return (ulong)(way / (UInt128)Int128.Abs(step)) + 1;
    }

    // What a count is made of, widths and sums with constants left aside.
    private static Value Root(Value value)
    {
        value = value.Current;
        while (value.Op is Op.SignExtend or Op.Opaque
            || (value.Op is Op.Add or Op.Sub or Op.And && value.Operands[1].Current.IsConstant))
        {
            value = value.Operands[0].Current;
        }

        return value;
    }

    private void Include(Block latch)
    {
        var work = new Stack<Block>([latch]);
        while (work.TryPop(out var block))
        {
            if (!Blocks.Add(block)) continue;
            foreach (var predecessor in block.Predecessors) work.Push(predecessor);
        }
    }
}
