namespace EbpfCat.Compiler;

/// <summary>Which machine block every way to another leads through.</summary>
internal static class MachineDominators
{
    /// <summary>The nearest such block other than the block itself; null for the first one. By Cooper, Harvey and Kennedy's algorithm.</summary>
    public static MachineBlock? Nearest(MachineFunction f, MachineBlock block)
    {
        var order = ReversePostorder(f);
        var numbers = new Dictionary<MachineBlock, int>();
        for (var i = 0; i < order.Count; i++) numbers[order[i]] = i;
        if (!numbers.TryGetValue(block, out var wanted) || wanted == 0) return null;
        var predecessors = order.ConvertAll(_ => new List<int>());
        for (var i = 0; i < order.Count; i++)
        {
            foreach (var successor in order[i].Successors) predecessors[numbers[successor]].Add(i);
        }

        var nearest = new int[order.Count];
        Array.Fill(nearest, -1);
        nearest[0] = 0;
        for (var changed = true; changed;)
        {
            changed = false;
            for (var i = 1; i < order.Count; i++)
            {
                var met = -1;
                foreach (var predecessor in predecessors[i])
                {
                    if (nearest[predecessor] >= 0) met = met < 0 ? predecessor : Meet(nearest, met, predecessor);
                }

                changed |= met != nearest[i];
                nearest[i] = met;
            }
        }

        return order[nearest[wanted]];
    }

    private static int Meet(int[] nearest, int a, int b)
    {
        while (a != b)
        {
            while (a > b) a = nearest[a];
            while (b > a) b = nearest[b];
        }

        return a;
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
