namespace EbpfCat.Compiler;

/// <summary>
/// Splits critical edges: puts a block on each edge from a block with several successors to one with several
/// predecessors, for the copies of phis.
/// </summary>
internal static class CriticalEdges
{
    public static void Split(IrFunction f)
    {
        foreach (var block in f.Blocks.ToList())
        {
            if (block.Exit != ExitKind.Branch) continue;
            if (NeedsSplit(block.Target!)) block.Target = Between(f, block, block.Target!);
            if (NeedsSplit(block.Otherwise!)) block.Otherwise = Between(f, block, block.Otherwise!);
        }

        f.Blocks = f.ReversePostorder();
    }

    private static bool NeedsSplit(Block target) => target.Phis.Count > 0 && target.Predecessors.Count > 1;

    private static Block Between(IrFunction f, Block from, Block to)
    {
        var block = f.NewBlock();
        (block.Exit, block.Target, block.Source) = (ExitKind.Jump, to, from.Source);
        block.LoopDepth = Math.Min(from.LoopDepth, to.LoopDepth);
        block.Predecessors.Add(from);
        to.Predecessors[to.Predecessors.IndexOf(from)] = block;
        f.Blocks.Add(block);
        return block;
    }
}
