namespace EbpfCat.Compiler;

/// <summary>
/// Replaces a block that only sets a register to a constant or to another register: the register is set before the
/// branch to the block, if the other successor does not need it. This saves one jump.
/// </summary>
internal static class EarlyMoves
{
    /// <summary>Runs after register allocation.</summary>
    public static void Run(MachineFunction f) => Run(f, withCopies: true);

    /// <summary>
    /// Runs before register allocation, so that the constant gets a register that the branch does not read. A copy
    /// stays where it is, and so does a constant in place of a copy: the two registers of the copy may become one.
    /// </summary>
    public static void RunOnConstants(MachineFunction f) => Run(f, withCopies: false);

    private static void Run(MachineFunction f, bool withCopies)
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

                var other = ReferenceEquals(way, jump) ? otherwise.Target! : jump.Target!;
                if (!withCopies && (move.Op == MachineOp.Move || IsCopiedIn(other, move.Destination))) continue;
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

    private static bool IsCopiedIn(MachineBlock block, int register) =>
        block.Instructions.Exists(i => i.Op == MachineOp.Move && i.Destination == register);
}
