namespace EbpfCat.Compiler;

/// <summary>Changes to the ways between blocks that keep phis and predecessors right.</summary>
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

    /// <summary>Takes a way into a block away, with the phis' values for it.</summary>
    public static void Disconnect(Block from, Block to)
    {
        var index = to.Predecessors.IndexOf(from);
        if (index >= 0) IrFunction.RemovePredecessorAt(to, index);
    }

    /// <summary>Joins blocks that only follow each other, and skips blocks that do nothing.</summary>
    public static bool Clean(IrFunction f)
    {
        f.UpdatePredecessors();
        var changed = false;
        foreach (var block in f.Blocks)
        {
            while (block.Exit == ExitKind.Jump && block.Target!.Predecessors.Count == 1 && !ReferenceEquals(block.Target, block)
                && !ReferenceEquals(block.Target, f.Entry))
            {
                Absorb(block, block.Target);
                changed = true;
            }
        }

        foreach (var block in f.Blocks)
        {
            if (block.Exit == ExitKind.Branch && ReferenceEquals(block.Target, block.Otherwise))
            {
                MakeJump(block, block.Target!);
                changed = true;
            }

            changed |= block != f.Entry && SkipEmpty(block);
        }

        if (changed) f.UpdatePredecessors();
        return changed;
    }

    private static void Absorb(Block block, Block next)
    {
        foreach (var phi in next.Phis) phi.ReplaceWith(phi.Operands[0].Current);
        next.Phis.Clear();
        foreach (var value in next.Body) value.Block = block;
        block.Body.AddRange(next.Body);
        (block.Exit, block.Comparison, block.Left, block.Right, block.End) = (next.Exit, next.Comparison, next.Left, next.Right, next.End);
        (block.Target, block.Otherwise, block.Result, block.Source) = (next.Target, next.Otherwise, next.Result, next.Source);
        foreach (var successor in block.Successors) successor.Predecessors[successor.Predecessors.IndexOf(next)] = block;
        next.Body = [];
        next.Predecessors.Clear();
        (next.Exit, next.Target, next.Otherwise) = (ExitKind.None, null, null);
    }

    // A block that only jumps on is left out, where the phis at its end can tell the ways apart.
    private static bool SkipEmpty(Block block)
    {
        if (block.Exit != ExitKind.Jump || block.Body.Count > 0 || block.Phis.Count > 0) return false;
        var target = block.Target!;
        if (ReferenceEquals(target, block)) return false;
        var index = target.Predecessors.IndexOf(block);
        if (index < 0) return false;
        if (target.Phis.Count > 0 && block.Predecessors.Exists(p => p.LeadsTo(target))) return false;
        if (block.Predecessors.Exists(p => p.Exit == ExitKind.Branch && p.LeadsTo(target)) && target.Phis.Count > 0) return false;
        var values = target.Phis.Select(p => p.Operands[index]).ToList();
        IrFunction.RemovePredecessorAt(target, index);
        foreach (var predecessor in block.Predecessors)
        {
            if (ReferenceEquals(predecessor.Target, block)) predecessor.Target = target;
            if (ReferenceEquals(predecessor.Otherwise, block)) predecessor.Otherwise = target;
            if (target.Predecessors.Contains(predecessor))
            {
                // Both ways out lead here now: they are one.
                if (predecessor.Exit == ExitKind.Branch) MakeJump(predecessor, target);
                continue;
            }

            target.Predecessors.Add(predecessor);
            for (var i = 0; i < target.Phis.Count; i++) target.Phis[i].Operands = [.. target.Phis[i].Operands, values[i]];
        }

        block.Predecessors.Clear();
        (block.Exit, block.Target) = (ExitKind.None, null);
        return true;
    }
}
