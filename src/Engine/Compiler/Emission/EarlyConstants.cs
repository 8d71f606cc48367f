namespace EbpfCat.Compiler;

/// <summary>
/// Replaces a block that only sets a register to a constant: the constant is set before the branch to the block, if the
/// other successor does not need the register. This saves one jump.
/// </summary>
internal static class EarlyConstants
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
                if (way.Target!.Instructions is not [{ Op: MachineOp.MoveImmediate } constant,
                    { Op: MachineOp.Goto, Target: { } next }])
                {
                    continue;
                }

                if (waysIn[way.Target] != 1 || ReferenceEquals(next, way.Target)
                    || Liveness.Uses(jump).Contains(constant.Destination))
                {
                    continue;
                }

                liveness ??= new Liveness(f);
                if (liveness.LiveOut(block).Contains(constant.Destination)) continue;
                block.Instructions.Insert(block.Instructions.Count - 2, constant);
                way.Target = next;
                // The register holds this constant now: the constant of the other successor cannot go there too.
                break;
            }
        }
    }
}
