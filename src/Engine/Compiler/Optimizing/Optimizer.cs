using EbpfCat.Bytecode;

namespace EbpfCat.Compiler;

/// <summary>Improves a function in the intermediate form, pass by pass, until nothing changes.</summary>
internal static class Optimizer
{
    private const int MostRounds = 12;
    private const int LeastSteps = 2048;
    private const int StepsPerBlock = 4;

    public static void Run(IrFunction f, InstructionSet set)
    {
        f.UpdatePredecessors();
        DeadCode.Run(f);
        // A long chain of tests could be followed from each of its links to its end.
        var steps = LeastSteps + StepsPerBlock * f.Blocks.Count;
        for (var round = 0; round < MostRounds; round++)
        {
            var changed = ControlFlow.Clean(f);
            changed |= ValueNumbering.Run(f);
            changed |= MemoryValues.Run(f);
            changed |= DeadStores.Run(f);
            changed |= DeadCode.Run(f);
            changed |= PhiOperations.Run(f);
            changed |= Sinking.Run(f);
            changed |= JumpThreading.Run(f, ref steps);
            changed |= PacketChecks.Merge(f);
            if (round == 0) changed |= ReturnValues.Run(f);
            if (!changed) break;
        }

        if (set < InstructionSet.V4)
        {
            SignedDivision.Run(f);
        }
        // Joined blocks let constants through to where they simplify more.
        for (var round = 0; round < MostRounds && (ControlFlow.Clean(f) | ValueNumbering.Run(f)); round++)
        {
            DeadCode.Run(f);
        }

        DeadCode.Run(f);
    }

    /// <summary>Brings a function into the form that instructions are selected from.</summary>
    public static void Finish(IrFunction f)
    {
        CriticalEdges.Split(f);
        // What is needed on one such way alone can be computed there now.
        Sinking.Run(f);
        EarlyStores.Run(f);
        Reassociation.Run(f);
    }
}
