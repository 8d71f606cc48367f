namespace EbpfCat.Compiler;

/// <summary>Finds dominators of machine blocks.</summary>
internal static class MachineDominators
{
    /// <summary>The immediate dominator of a block; null for the entry and for blocks that it does not reach.</summary>
    public static MachineBlock? Nearest(MachineFunction f, MachineBlock block)
    {
        var order = ReversePostorder(f);
        var numbers = new Dictionary<MachineBlock, int>();
        for (var i = 0; i < order.Count; i++) numbers[order[i]] = i;
        if (numbers.GetValueOrDefault(block) is not (> 0 and var number)) return null;
        var predecessors = order.ConvertAll(_ => new List<int>());
        for (var i = 0; i < order.Count; i++)
        {
            foreach (var successor in order[i].Successors) predecessors[numbers[successor]].Add(i);
        }

        return order[ImmediateDominators.Find(predecessors)[number]];
    }

    private static List<MachineBlock> ReversePostorder(MachineFunction f)
    {
        var order = new List<MachineBlock>(f.Blocks.Count);
        var seen = new HashSet<MachineBlock>();
        var work = new Stack<(MachineBlock Block, bool Done)>();
        work.Push((f.Blocks[0], false));
        while (work.TryPop(out var at))
        {
            if (at.Done)
            {
                order.Add(at.Block);
                continue;
            }

            if (!seen.Add(at.Block)) continue;
            work.Push((at.Block, true));
            foreach (var successor in at.Block.Successors)
            {
                if (!seen.Contains(successor)) work.Push((successor, false));
            }
        }

        order.Reverse();
        return order;
    }
}
