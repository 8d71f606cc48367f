namespace EbpfCat.Compiler;

/// <summary>
/// Replaces a block that only sets a register to a constant or to another register: the register is set before the
/// branch to the block, if the other successor does not need it. This saves one jump.
/// </summary>
internal static class EarlyMoves
{
    public static void Run(MachineFunction f)
    {
        var waysIn = new Dictionary<MachineBlock, int>();
        foreach (var successor in f.Blocks.SelectMany(b => b.Successors))
            waysIn[successor] = waysIn.GetValueOrDefault(successor) + 1;
        Liveness? liveness = null;
        foreach (var block in f.Blocks)
        {
            if (block.Instructions is not [.., { IsJump: true } jump, { Op: MachineOp.Goto } otherwise]) continue;
            foreach (var way in (ReadOnlySpan<MachineInstruction>)[jump, otherwise])
            {
                if (way.Target!.Instructions is not [{ Op: MachineOp.MoveImmediate or MachineOp.Move } move,
                    { Op: MachineOp.Goto, Target: { } next }])
                {
                    continue;
                }

                if (waysIn[way.Target] != 1 || ReferenceEquals(next, way.Target)
                    || Liveness.Uses(jump).Contains(move.Destination))
                {
                    continue;
                }

                liveness ??= new Liveness(f);
                if (liveness.LiveOut(block).Contains(move.Destination)) continue;
                block.Instructions.Insert(block.Instructions.Count - 2, move);
                way.Target = next;
                // The register has this value now: that of the other successor cannot go there too.
                break;
            }
        }
    }
}
