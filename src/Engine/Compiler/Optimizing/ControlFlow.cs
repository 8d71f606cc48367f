namespace EbpfCat.Compiler;

/// <summary>Changes to the edges between blocks that keep phis and predecessors right.</summary>
internal static class ControlFlow
{
    /// <summary>Makes a branch a jump to one of its two targets.</summary>
    public static void MakeJump(Block block, Block target)
    {
        var other = ReferenceEquals(block.Target, target) ? block.Otherwise! : block.Target!;
        if (!ReferenceEquals(other, target)) Disconnect(block, other);
        (block.Exit, block.Target, block.Otherwise) = (ExitKind.Jump, target, null);
        (block.Left, block.Right, block.End) = (null, null, null);
    }

    /// <summary>Removes an edge from the predecessors and phis of the block that it leads to.</summary>
    public static void Disconnect(Block from, Block to)
    {
        var index = to.Predecessors.IndexOf(from);
        if (index >= 0) to.KeepPredecessors(i => i != index);
    }

    /// <summary>
    /// Merges each block with its only successor, if that has no other predecessor; removes empty blocks.
    /// </summary>
    public static bool Clean(IrFunction f)
    {
        f.UpdatePredecessors();
        var changed = false;
        foreach (var block in f.Blocks)
        {
            while (block.Exit == ExitKind.Jump && block.Target!.Predecessors.Count == 1
                && !ReferenceEquals(block.Target, block)
                && !ReferenceEquals(block.Target, f.Entry))
            {
                Absorb(block, block.Target);
                changed = true;
            }
        }

        foreach (var block in f.Blocks)
        {
            if (block.Exit != ExitKind.Branch || !ReferenceEquals(block.Target, block.Otherwise)) continue;
            MakeJump(block, block.Target!);
            changed = true;
        }

        changed |= SkipEmpty(f);
        if (changed) f.UpdatePredecessors();
        return changed;
    }

    private static void Absorb(Block block, Block next)
    {
        foreach (var phi in next.Phis) phi.ReplaceWith(phi.Operands[0].Current);
        next.Phis.Clear();
        foreach (var value in next.Body) value.Block = block;
        block.Body.AddRange(next.Body);
        (block.Exit, block.Comparison, block.Left, block.Right, block.End) =
            (next.Exit, next.Comparison, next.Left, next.Right, next.End);
        (block.Target, block.Otherwise, block.Result, block.Source) = (next.Target, next.Otherwise, next.Result,
            next.Source);
        foreach (var successor in block.Successors)
            successor.Predecessors[successor.Predecessors.IndexOf(next)] = block;
        next.Body = [];
        next.Predecessors.Clear();
        (next.Exit, next.Target, next.Otherwise) = (ExitKind.None, null, null);
    }

    // Blocks are visited from the last to the first: all of a chain of empty blocks lead to its end at once.
    private static bool SkipEmpty(IrFunction f)
    {
        var order = new int[f.BlockCount];
        for (var i = 0; i < f.Blocks.Count; i++) order[f.Blocks[i].Id] = i;
        var changed = false;
        for (var i = f.Blocks.Count - 1; i > 0; i--)
        {
            if (f.Blocks[i].Predecessors.Exists(block => IsEmpty(block, f.Blocks[i], f)))
                changed |= SkipEmpty(f, f.Blocks[i], order);
        }

        return changed;
    }

    private static bool IsEmpty(Block block, Block target, IrFunction f) =>
        block is { Exit: ExitKind.Jump, Body.Count: 0, Phis.Count: 0 } && block != target && block != f.Entry;

    // Redirects the predecessors of empty blocks to the successor of these.
    private static bool SkipEmpty(IrFunction f, Block target, int[] order)
    {
        var predecessors = new List<Block>();
        var values = target.Phis.ConvertAll(_ => new List<Value>());
        var empty = new List<int>();
        for (var i = 0; i < target.Predecessors.Count; i++)
        {
            if (IsEmpty(target.Predecessors[i], target, f)) empty.Add(i);
            else Add(target.Predecessors[i], i);
        }

        var changed = false;
        foreach (var index in empty.OrderBy(each => order[target.Predecessors[each].Id]))
        {
            var block = target.Predecessors[index];
            var (sources, skipped) = SourcesOf(f, block, target, order);
            // Phis cannot distinguish two edges from one block.
            if (target.Phis.Count > 0 && sources.Exists(source => source.From.LeadsTo(target)))
            {
                Add(block, index);
                continue;
            }

            foreach (var (from, through) in sources)
            {
                var leadsHere = from.LeadsTo(target);
                if (ReferenceEquals(from.Target, through)) from.Target = target;
                if (ReferenceEquals(from.Otherwise, through)) from.Otherwise = target;
                if (!leadsHere) Add(from, index);
                else if (from.Exit == ExitKind.Branch) MakeJump(from, target);
            }

            foreach (var each in skipped)
            {
                each.Predecessors.Clear();
                (each.Exit, each.Target) = (ExitKind.None, null);
            }

            changed = true;
        }

        for (var i = 0; i < target.Phis.Count; i++) target.Phis[i].Operands = [.. values[i]];
        target.Predecessors.Clear();
        target.Predecessors.AddRange(predecessors);
        return changed;

        void Add(Block predecessor, int index)
        {
            predecessors.Add(predecessor);
            for (var i = 0; i < values.Count; i++) values[i].Add(target.Phis[i].Operands[index]);
        }
    }

    // The edges into an empty block, where a predecessor is empty itself, those into that one, and so on.
    private static (List<(Block From, Block Through)> Sources, List<Block> Skipped) SourcesOf(
        IrFunction f, Block empty, Block target, int[] order)
    {
        var (sources, skipped) = (new List<(Block, Block)>(), new List<Block>());
        var work = new Stack<Block>([empty]);
        while (work.TryPop(out var block))
        {
            skipped.Add(block);
            foreach (var predecessor in block.Predecessors)
            {
                if (!IsEmpty(predecessor, target, f)) sources.Add((predecessor, block));
            }

            foreach (var predecessor in block.Predecessors.OrderByDescending(each => order[each.Id]))
            {
                if (IsEmpty(predecessor, target, f)) work.Push(predecessor);
            }
        }

        return (sources, skipped);
    }
}
