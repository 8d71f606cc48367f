namespace EbpfCat.Compiler;

/// <summary>
/// Extends an earlier packet check by a later one, if both fail to the same place and nothing between them has an
/// effect: the later check is then redundant.
/// </summary>
internal static class PacketChecks
{
    public static bool Merge(IrFunction f)
    {
        var changed = false;
        foreach (var block in f.Blocks)
        {
            if (block.Exit != ExitKind.Branch || !block.Comparison.IsPacketCheck()) continue;
            var (has, lacks) = Ways(block);
            var at = has;
            // Through blocks with one predecessor and only reads.
            while (at.Predecessors.Count == 1 && at.Phis.Count == 0 && at.Body.TrueForAll(v => !v.HasEffect))
            {
                if (at.Exit == ExitKind.Jump)
                {
                    at = at.Target!;
                    continue;
                }

                if (at.Exit != ExitKind.Branch || !at.Comparison.IsPacketCheck()
                    || !ReferenceEquals(at.Left!.Current, block.Left!.Current))
                {
                    break;
                }

                var (laterHas, laterLacks) = Ways(at);
                if (!SameFailure(lacks, block, laterLacks, at)) break;
                if (at.Right!.Immediate > block.Right!.Immediate) block.Right = at.Right;
                ControlFlow.MakeJump(at, laterHas);
                changed = true;
                at = laterHas;
            }
        }

        if (changed) f.UpdatePredecessors();
        return changed;
    }

    private static (Block Has, Block Lacks) Ways(Block block) => block.Comparison == Comparison.PacketHas
        ? (block.Target!, block.Otherwise!) : (block.Otherwise!, block.Target!);

    private static bool SameFailure(Block first, Block firstFrom, Block second, Block secondFrom)
    {
        first = Through(first, ref firstFrom);
        second = Through(second, ref secondFrom);
        if (!ReferenceEquals(first, second))
        {
            return first.Exit == ExitKind.Return && second.Exit == ExitKind.Return && first.Body.Count == 0
                && second.Body.Count == 0
                && ReferenceEquals(first.Result!.Current, second.Result!.Current);
        }

        var (i, j) = (first.Predecessors.IndexOf(firstFrom), first.Predecessors.IndexOf(secondFrom));
        return first.Phis.TrueForAll(p => ReferenceEquals(p.Operands[i].Current, p.Operands[j].Current));
    }

    private static Block Through(Block block, ref Block from)
    {
        while (block is { Exit: ExitKind.Jump, Body.Count: 0, Phis.Count: 0 })
        {
            from = block;
            block = block.Target!;
        }

        return block;
    }
}
