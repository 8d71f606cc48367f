namespace EbpfCat.Compiler;

/// <summary>
/// Tail merging: blocks with equal ends and the same successor share the end if that saves instructions, in pairs, the
/// longest common ends first.
/// </summary>
internal static class SharedTails
{
    public static bool Run(MachineFunction f)
    {
        var tails = Sorted(f);
        var pairs = new List<(int Common, int First)>();
        for (var i = 0; i + 1 < tails.Count; i++)
        {
            var common = Common(tails[i].Numbers, tails[i + 1].Numbers);
            // A jump to the shared end costs one instruction: two must be shared, unless the end is itself a jump.
            if (common >= (tails[i].Block.Instructions[^1].Op == MachineOp.Exit ? 2 : 3)) pairs.Add((common, i));
        }

        if (pairs.Count == 0) return false;
        pairs.Sort((x, y) => x.Common != y.Common ? y.Common.CompareTo(x.Common) : x.First.CompareTo(y.First));
        var next = f.Blocks.Max(b => b.Id) + 1;
        var used = new HashSet<MachineBlock>();
        var made = new Dictionary<MachineBlock, MachineBlock>();
        foreach (var (common, first) in pairs)
        {
            var (a, b) = (tails[first].Block, tails[first + 1].Block);
            if (used.Contains(a) || used.Contains(b)) continue;
            used.Add(a);
            used.Add(b);
            Share(f, a, b, common, made, ref next);
        }

        if (made.Count > 0)
        {
            f.Blocks = [.. f.Blocks.SelectMany(b => made.TryGetValue(b, out var tail)
            ? new[] { b, tail } : [b])];
        }

        return true;
    }

    // The instructions of each block, last first, as numbers that are equal for equal instructions; blocks with equal
    // ends are adjacent.
    private static List<(MachineBlock Block, int[] Numbers)> Sorted(MachineFunction f)
    {
        var numbers = new Dictionary<MachineInstruction, int>(SameInstruction.Comparer);
        var result = new List<(MachineBlock Block, int[] Numbers)>();
        foreach (var block in f.Blocks)
        {
            var instructions = block.Instructions;
            if (instructions.Count < 2 || !instructions[^1].EndsBlock || instructions[^2].IsJump) continue;
            var tail = new List<int>();
            for (var i = instructions.Count - 1; i >= 0 && !instructions[i].IsJump; i--)
            {
                if (!numbers.TryGetValue(instructions[i], out var number))
                    numbers[instructions[i]] = number = numbers.Count;
                tail.Add(number);
            }

            result.Add((block, [.. tail]));
        }

        var order = new Dictionary<MachineBlock, int>();
        foreach (var (block, _) in result) order[block] = order.Count;
        result.Sort((x, y) => x.Numbers.AsSpan().SequenceCompareTo(y.Numbers) is not 0 and var unequal
            ? unequal : order[x.Block].CompareTo(order[y.Block]));
        return result;
    }

    private static int Common(int[] a, int[] b) => a.AsSpan().CommonPrefixLength(b);

    private static void Share(
        MachineFunction f, MachineBlock a, MachineBlock b, int common, Dictionary<MachineBlock, MachineBlock> made,
        ref int next)
    {
        if (ReferenceEquals(b, f.Blocks[0]) || common == a.Instructions.Count) (a, b) = (b, a);
        // The tail of b becomes a block, unless it is the whole of b.
        MachineBlock tail;
        if (common == b.Instructions.Count && !ReferenceEquals(b, f.Blocks[0]))
        {
            tail = b;
        }
        else
        {
            var shared = b.Instructions.GetRange(b.Instructions.Count - common, common);
            tail = new MachineBlock(next++, b.LoopDepth) { Instructions = shared };
            Replace(b, tail, common);
            made[b] = tail;
        }

        Replace(a, tail, common);
    }

    private static void Replace(MachineBlock block, MachineBlock tail, int common)
    {
        block.Instructions.RemoveRange(block.Instructions.Count - common, common);
        var line = tail.Instructions[0].Line;
        block.Instructions.Add(new MachineInstruction(MachineOp.Goto) { Target = tail, Line = line });
    }
}
