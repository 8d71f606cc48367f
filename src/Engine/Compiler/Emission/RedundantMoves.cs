namespace EbpfCat.Compiler;

/// <summary>
/// Removes moves that change nothing: on each path to them, the register was set to the same constant or register, and
/// both have kept their values since. Runs after register allocation.
/// </summary>
internal sealed class RedundantMoves
{
    private const int Registers = 11;

    private readonly MachineFunction _f;

    // The last move to each register at the start of each block; null for a block that is not reached yet.
    private readonly Dictionary<MachineBlock, MachineInstruction?[]> _atStart = [];

    private RedundantMoves(MachineFunction f) => _f = f;

    public static void Run(MachineFunction f)
    {
        var pass = new RedundantMoves(f);
        pass.FindKnown();
        foreach (var block in f.Blocks)
        {
            if (!pass._atStart.TryGetValue(block, out var known)) continue;
            known = [.. known];
            block.Instructions.RemoveAll(instruction => IsRedundant(instruction, known) || !Step(instruction, known));
        }
    }

    private void FindKnown()
    {
        _atStart[_f.Blocks[0]] = new MachineInstruction?[Registers];
        var work = new Stack<MachineBlock>([_f.Blocks[0]]);
        while (work.TryPop(out var block))
        {
            MachineInstruction?[] known = [.. _atStart[block]];
            foreach (var instruction in block.Instructions) Step(instruction, known);
            foreach (var successor in block.Successors)
            {
                if (_atStart.TryGetValue(successor, out var before))
                {
                    if (!Meet(before, known)) continue;
                }
                else
                {
                    _atStart[successor] = [.. known];
                }

                work.Push(successor);
            }
        }
    }

    private static bool Meet(MachineInstruction?[] before, MachineInstruction?[] now)
    {
        var changed = false;
        for (var register = 0; register < before.Length; register++)
        {
            if (before[register] is not { } move || now[register]?.SameAs(move) == true) continue;
            before[register] = null;
            changed = true;
        }

        return changed;
    }

    private static bool IsMove(MachineInstruction i) => i.Op == MachineOp.MoveImmediate || i.IsCopy;

    private static bool IsRedundant(MachineInstruction i, MachineInstruction?[] known) =>
        IsMove(i) && known[i.Destination]?.SameAs(i) == true;

    // Notes what an instruction does to the registers.
    private static bool Step(MachineInstruction i, MachineInstruction?[] known)
    {
        foreach (var register in Liveness.Definitions(i))
        {
            known[register] = null;
            for (var other = 0; other < known.Length; other++)
            {
                if (known[other] is { Op: MachineOp.Move } copy && copy.Source == register) known[other] = null;
            }
        }

        if (IsMove(i) && i.Source != i.Destination) known[i.Destination] = i;
        return true;
    }
}
