using EbpfCat.Bytecode;

namespace EbpfCat.Compiler;

/// <summary>Orders machine blocks to need few jumps, after register allocation.</summary>
internal static class Layout
{
    /// <summary>Removes and orders blocks, so that a block falls through to the next if possible.</summary>
    public static void Arrange(MachineFunction f)
    {
        Simplify(f);
        SkipDecided(f);
        EarlyMoves.Run(f);
        RedundantMoves.Run(f);
        Simplify(f);
        EarlyResult.Run(f);
        Simplify(f);
        ShareExit(f);
        Order(f);
        Fallthrough(f);
        if (ExitDirectly(f)) DropUnused(f);
    }

    private static void Simplify(MachineFunction f)
    {
        var changed = true;
        while (changed)
        {
            changed = SkipEmpty(f);
            changed |= ExitDirectly(f);
            changed |= DropUnreached(f);
            changed |= MergeEqual(f);
            changed |= SharedTails.Run(f);
        }
    }

    // Jump threading: a jump to a block that only jumps gets the target of that block.
    private static bool SkipEmpty(MachineFunction f)
    {
        var changed = false;
        foreach (var block in f.Blocks)
        {
            foreach (var instruction in block.Instructions)
            {
                if (instruction.Target is null) continue;
                var end = instruction.Target;
                for (var steps = 0; steps < f.Blocks.Count && end.Instructions is [{ Op: MachineOp.Goto }]; steps++)
                {
                    end = end.Instructions[0].Target!;
                }

                if (ReferenceEquals(end, instruction.Target)) continue;
                instruction.Target = end;
                changed = true;
            }
            // A conditional jump whose two targets are the same is removed.
            var count = block.Instructions.Count;
            if (count >= 2 && block.Instructions[^2] is { IsJump: true } jump
                && block.Instructions[^1].Op == MachineOp.Goto
                && ReferenceEquals(jump.Target, block.Instructions[^1].Target))
            {
                block.Instructions.RemoveAt(count - 2);
                changed = true;
            }
        }

        return changed;
    }

    // A branch to a block that only repeats the same test gets the target of the known result.
    private static void SkipDecided(MachineFunction f)
    {
        foreach (var block in f.Blocks)
        {
            if (block.Instructions is not [.., { Op: MachineOp.JumpImmediate } jump, { Op: MachineOp.Goto } otherwise])
            {
                continue;
            }

            foreach (var way in (ReadOnlySpan<MachineInstruction>)[jump, otherwise])
            {
                if (way.Target!.Instructions is not [{ Op: MachineOp.JumpImmediate } again, { Op: MachineOp.Goto } no])
                {
                    continue;
                }

                if ((again.Destination, again.Immediate, again.Width) != (jump.Destination, jump.Immediate, jump.Width))
                {
                    continue;
                }

                var holds = again.Condition == jump.Condition ? ReferenceEquals(way, jump)
                    : Invert(jump.Condition) == again.Condition ? !ReferenceEquals(way, jump)
                    : (bool?)null;
                if (holds is not { } answer || ReferenceEquals(way.Target, answer ? again.Target : no.Target)) continue;
                way.Target = answer ? again.Target : no.Target;
            }
        }
    }

    private static bool ExitDirectly(MachineFunction f)
    {
        var changed = false;
        foreach (var block in f.Blocks)
        {
            if (block.Instructions is not [..,
                { Op: MachineOp.Goto, Target.Instructions: [{ Op: MachineOp.Exit } exit] }])
            {
                continue;
            }
            // A conditional jump before this one may use the same block, which then stays.
            block.Instructions[^1] = exit.Clone();
            changed = true;
        }

        return changed;
    }

    // With fall-through: a block is used if something jumps to it or the block before falls through.
    private static void DropUnused(MachineFunction f)
    {
        var targets = f.Blocks.SelectMany(b => b.Successors).ToHashSet();
        for (var i = f.Blocks.Count - 1; i > 0; i--)
        {
            if (!targets.Contains(f.Blocks[i]) && f.Blocks[i - 1].Instructions[^1].EndsBlock) f.Blocks.RemoveAt(i);
        }
    }

    // Exit blocks that are equal are merged: others jump to the one block, and one of them falls through to it.
    private static void ShareExit(MachineFunction f)
    {
        if (f.Blocks.Find(b => b.Instructions is [{ Op: MachineOp.Exit }]) is not { } exit) return;
        foreach (var block in f.Blocks)
        {
            if (ReferenceEquals(block, exit) || block.Instructions[^1].Op != MachineOp.Exit) continue;
            block.Instructions[^1] =
                new MachineInstruction(MachineOp.Goto) { Target = exit, Line = block.Instructions[^1].Line };
        }
    }

    private static bool DropUnreached(MachineFunction f)
    {
        var reached = new HashSet<MachineBlock>();
        var stack = new Stack<MachineBlock>([f.Blocks[0]]);
        while (stack.TryPop(out var block))
        {
            if (!reached.Add(block)) continue;
            foreach (var successor in block.Successors) stack.Push(successor);
        }

        var dropped = f.Blocks.RemoveAll(b => !reached.Contains(b)) > 0;
        // A block is merged with its only predecessor, if that has one successor.
        var waysIn = new Dictionary<MachineBlock, int>();
        foreach (var successor in f.Blocks.SelectMany(b => b.Successors))
        {
            waysIn[successor] =
                waysIn.GetValueOrDefault(successor) + 1;
        }

        foreach (var block in f.Blocks)
        {
            while (block.Instructions.Count > 0 && block.Instructions[^1] is { Op: MachineOp.Goto, Target: { } next }
                && waysIn[next] == 1
                && !ReferenceEquals(next, block) && !ReferenceEquals(next, f.Blocks[0]) && next.Instructions.Count > 0
                && !(block.Instructions.Count >= 2 && block.Instructions[^2].IsJump))
            {
                block.Instructions.RemoveAt(block.Instructions.Count - 1);
                block.Instructions.AddRange(next.Instructions);
                next.Instructions = [];
                dropped = true;
            }
        }

        f.Blocks.RemoveAll(b => b.Instructions.Count == 0);
        return dropped;
    }

    // Equal blocks with the same successor are merged.
    private static bool MergeEqual(MachineFunction f)
    {
        var first = new Dictionary<MachineBlock, MachineBlock>(SameInstructions.Comparer);
        Dictionary<MachineBlock, MachineBlock>? replaced = null;
        foreach (var block in f.Blocks.Skip(1))
        {
            if (!first.TryAdd(block, block)) (replaced ??= []).Add(block, first[block]);
        }

        if (replaced is null) return false;
        Redirect(f, replaced);
        f.Blocks.RemoveAll(replaced.ContainsKey);
        return true;
    }

    private static void Redirect(MachineFunction f, Dictionary<MachineBlock, MachineBlock> replaced)
    {
        foreach (var instruction in f.Blocks.SelectMany(b => b.Instructions))
        {
            if (instruction.Target is { } target
                && replaced.TryGetValue(target, out var other))
            {
                instruction.Target = other;
            }
        }
    }

    // Places the successor of each block after it; a block with several predecessors only once all of them have their
    // place, so that a detour joins the main path by fall-through and not by a jump. In a function longer than the
    // range of a jump, a block stays near the branch to it.
    private static void Order(MachineFunction f)
    {
        var isLong = f.Blocks.Sum(block => block.SlotCount) > short.MaxValue;
        var waiting = new Dictionary<MachineBlock, int>();
        foreach (var successor in f.Blocks.SelectMany(b => b.Successors))
        {
            waiting[successor] =
                waiting.GetValueOrDefault(successor) + 1;
        }

        var order = new List<MachineBlock>(f.Blocks.Count);
        var placed = new HashSet<MachineBlock>();
        foreach (var start in f.Blocks)
        {
            for (var block = start; block is not null && placed.Add(block); block = Next(block))
            {
                order.Add(block);
                foreach (var successor in block.Successors) waiting[successor]--;
            }
        }

        f.Blocks = order;

        MachineBlock? Next(MachineBlock block)
        {
            if (block.Instructions[^1] is not { Op: MachineOp.Goto, Target: { } otherwise }) return null;
            var jump = block.Instructions.Count >= 2 && block.Instructions[^2].IsJump ? block.Instructions[^2] : null;
            var target = jump is not null && Invert(jump.Condition) is not null && !placed.Contains(jump.Target!)
                ? jump.Target
                : null;
            if (placed.Contains(otherwise)) return target;
            // The blocks that join there come first, or they would end up far away.
            if (isLong && jump is null && waiting[otherwise] > 0) return null;
            var isTargetFirst = target is not null && waiting[target].CompareTo(waiting[otherwise]) < (isLong ? 1 : 0);
            return isTargetFirst ? target : otherwise;
        }
    }

    private static void Fallthrough(MachineFunction f)
    {
        for (var i = 0; i < f.Blocks.Count; i++)
        {
            var block = f.Blocks[i];
            var next = i + 1 < f.Blocks.Count ? f.Blocks[i + 1] : null;
            if (block.Instructions[^1] is not { Op: MachineOp.Goto } last) continue;
            if (ReferenceEquals(last.Target, next))
            {
                block.Instructions.RemoveAt(block.Instructions.Count - 1);
                continue;
            }

            if (block.Instructions.Count >= 2 && block.Instructions[^2] is { IsJump: true } jump
                && ReferenceEquals(jump.Target, next)
                && Invert(jump.Condition) is { } inverted)
            {
                (jump.Condition, jump.Target) = (inverted, last.Target);
                block.Instructions.RemoveAt(block.Instructions.Count - 1);
            }
        }
    }

    private static JumpOperation? Invert(JumpOperation condition) => condition switch
    {
        JumpOperation.Eq => JumpOperation.Ne,
        JumpOperation.Ne => JumpOperation.Eq,
        JumpOperation.Gt => JumpOperation.Le,
        JumpOperation.Le => JumpOperation.Gt,
        JumpOperation.Ge => JumpOperation.Lt,
        JumpOperation.Lt => JumpOperation.Ge,
        JumpOperation.Sgt => JumpOperation.Sle,
        JumpOperation.Sle => JumpOperation.Sgt,
        JumpOperation.Sge => JumpOperation.Slt,
        JumpOperation.Slt => JumpOperation.Sge,
        _ => null,
    };
}
