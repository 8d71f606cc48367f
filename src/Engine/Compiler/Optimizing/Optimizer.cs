using EbpfCat.Bytecode;

namespace EbpfCat.Compiler;

/// <summary>Improves a function in the intermediate form, pass by pass.</summary>
internal static class Optimizer
{
    public static void Run(IrFunction f, InstructionSet set)
    {
        f.UpdatePredecessors();
        ReturnValues.Run(f);
        DeadCode.Run(f);
        if (set < InstructionSet.V4) SignedDivision.Run(f);
        CriticalEdges.Split(f);
    }
}
