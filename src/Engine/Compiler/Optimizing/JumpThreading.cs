namespace EbpfCat.Compiler;

/// <summary>
/// Where the way into a block decides the branch at its end, that way goes straight to where the branch leads. The block
/// must do nothing else that is needed on that way.
/// </summary>
internal static class JumpThreading
{
    private const int MostDominators = 24;

    public static bool Run(IrFunction f)
    {
        var dominators = new DominatorTree(f);
        var usedOutside = UsedOutside(f);
        var changed = false;
        foreach (var block in f.Blocks.ToList())
        {
            if (block.Exit != ExitKind.Branch || block == f.Entry || block.Body.Count > 0 || block.Predecessors.Count < 2) continue;
            if (block.Phis.Exists(p => usedOutside.Contains(p.Id))) continue;
            foreach (var predecessor in block.Predecessors.ToList())
            {
                if (ReferenceEquals(predecessor, block) || block.Predecessors.Count < 2) continue;
                if (Decide(block, predecessor, changed ? null : dominators) is not { } answer) continue;
                changed |= Redirect(block, predecessor, answer ? block.Target! : block.Otherwise!);
            }
        }
        if (changed) f.UpdatePredecessors();
        return changed;
    }

    // What the branch does when come from a predecessor: by its phis' values there, and by the branches that led there.
    private static bool? Decide(Block block, Block predecessor, DominatorTree? dominators)
    {
        var index = block.Predecessors.IndexOf(predecessor);
        Value Seen(Value value) => block.Phis.Find(p => ReferenceEquals(p, value.Current)) is { } phi ? phi.Operands[index].Current : value.Current;
        var (left, right) = (Seen(block.Left!), Seen(block.Right!));
        if (left.IsConstant && right.IsConstant && !block.Comparison.IsPacketCheck())
        {
            return block.Comparison.Evaluate(left.Immediate, right.Immediate);
        }
        var facts = new BranchFacts();
        var chain = new List<(Block From, Block To)> { (predecessor, block) };
        var at = predecessor;
        for (var i = 0; i < MostDominators; i++)
        {
            // Once a way has been changed the tree no longer tells; a single way in still does.
            var single = at.Predecessors.Count == 1 ? at.Predecessors[0] : null;
            if (single is not null) chain.Add((single, at));
            if ((dominators is null ? single : dominators.ImmediateDominator(at)) is not { } next) break;
            at = next;
        }
        chain.Reverse();
        foreach (var (from, to) in chain) facts.AddEdge(from, to);
        return facts.Decide(block.Comparison, left, right);
    }

    private static bool Redirect(Block block, Block predecessor, Block target)
    {
        // Phis at the target could not tell two ways from the same block apart.
        if (predecessor.Successors.Contains(target) || ReferenceEquals(target, block)) return false;
        var index = block.Predecessors.IndexOf(predecessor);
        var viaBlock = target.Predecessors.IndexOf(block);
        var values = target.Phis.Select(phi =>
        {
            var value = phi.Operands[viaBlock].Current;
            return block.Phis.Find(p => ReferenceEquals(p, value)) is { } own ? own.Operands[index].Current : value;
        }).ToList();
        if (ReferenceEquals(predecessor.Target, block)) predecessor.Target = target;
        if (ReferenceEquals(predecessor.Otherwise, block)) predecessor.Otherwise = target;
        target.Predecessors.Add(predecessor);
        for (var i = 0; i < target.Phis.Count; i++) target.Phis[i].Operands = [.. target.Phis[i].Operands, values[i]];
        IrFunction.RemovePredecessorAt(block, index);
        return true;
    }

    // Values used by a block other than their own, but for phis right behind it.
    private static HashSet<int> UsedOutside(IrFunction f)
    {
        var result = new HashSet<int>();
        foreach (var block in f.Blocks)
        {
            void Use(Value? value)
            {
                if (value is not null && !ReferenceEquals(value.Current.Block, block)) result.Add(value.Current.Id);
            }

            foreach (var phi in block.Phis)
            {
                for (var i = 0; i < phi.Operands.Length; i++)
                {
                    if (!ReferenceEquals(phi.Operands[i].Current.Block, block.Predecessors[i])) result.Add(phi.Operands[i].Current.Id);
                }
            }
            foreach (var value in block.Body)
            {
                foreach (var operand in value.Operands) Use(operand);
            }
            Use(block.Left);
            Use(block.Right);
            Use(block.End);
            Use(block.Result);
        }
        return result;
    }
}
