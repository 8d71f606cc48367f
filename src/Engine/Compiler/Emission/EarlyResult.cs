namespace EbpfCat.Compiler;

/// <summary>
/// Sets a constant result before the branches to its return, if the register is free until there: the paths then share
/// one exit instruction.
/// </summary>
internal static class EarlyResult
{
    // Of exits with different results, those with the most predecessors are tried.
    private const int MaxExits = 16;
    private const int Result = (int)Register.R0;

    public static void Run(MachineFunction f)
    {
        // At least one block must remain to share the exit with.
        if (f.Blocks.Count(b => b.Instructions[^1].Op == MachineOp.Exit) < 2) return;
        var exits = f.Blocks.Where(b => b.Instructions is
            [{ Op: MachineOp.MoveImmediate, Destination: Result }, { Op: MachineOp.Exit }]).ToList();
        var predecessors = f.Blocks.ToDictionary(b => b, _ => new List<MachineBlock>());
        foreach (var block in f.Blocks)
        {
            foreach (var successor in block.Successors) predecessors[successor].Add(block);
        }

        foreach (var exit in exits.OrderByDescending(e => predecessors[e].Count).Take(MaxExits))
        {
            if (Hoist(f, exit, predecessors)) return;
        }
    }

    private static bool Hoist(
        MachineFunction f, MachineBlock exit, Dictionary<MachineBlock, List<MachineBlock>> predecessors)
    {
        // Only paths that fall through from a conditional jump gain: a block that ends with a jump here sets its own
        // result.
        if (predecessors[exit].TrueForAll(b => b.Instructions[^1].Op == MachineOp.Goto
            && !(b.Instructions.Count > 1 && b.Instructions[^2].IsJump)))
        {
            return false;
        }

        if (MachineDominators.Nearest(f, exit) is not { } dominator) return false;
        // R0 may hold a value that another path needs.
        if (new Liveness(f).LiveOut(dominator).Contains(Result)) return false;
        var between = Between(predecessors, dominator, exit);
        foreach (var block in between)
        {
            if (ReferenceEquals(block, exit) || ReferenceEquals(block, dominator)) continue;
            if (block.Instructions.Exists(Touches)) return false;
        }
        // Before the jumps at the dominator's end, which must not read the register; in a loop it would run again and
        // again.
        var at = dominator.Instructions.FindIndex(i => i.Target is not null);
        if (at < 0 || dominator.LoopDepth > 0 || dominator.Instructions.Skip(at).Any(Touches)) return false;
        dominator.Instructions.Insert(at, exit.Instructions[0].Clone());
        exit.Instructions.RemoveAt(0);
        return true;
    }

    private static bool Touches(MachineInstruction i) =>
        Liveness.Uses(i).Contains(Result) || Liveness.Definitions(i).Contains(Result);

    // The blocks on paths from the dominator to the exit, both included.
    private static HashSet<MachineBlock> Between(Dictionary<MachineBlock, List<MachineBlock>> predecessors,
        MachineBlock dominator, MachineBlock exit)
    {
        var result = new HashSet<MachineBlock> { dominator };
        var work = new Stack<MachineBlock>([exit]);
        while (work.TryPop(out var block))
        {
            if (!result.Add(block)) continue;
            foreach (var predecessor in predecessors[block]) work.Push(predecessor);
        }

        return result;
    }
}
