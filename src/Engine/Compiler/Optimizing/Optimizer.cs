namespace EbpfCat.Compiler;

/// <summary>Runs the passes over a function in the intermediate form, in order, until none changes it.</summary>
internal sealed class Optimizer
{
    private const int MaxRounds = 12;
    private const int MinSteps = 2048;
    private const int StepsPerBlock = 4;

    private readonly IrFunction _f;
    private readonly CompilerOptions _options;

    private Optimizer(IrFunction f, CompilerOptions options) => (_f, _options) = (f, options);

    public static void Run(IrFunction f, CompilerOptions options) => new Optimizer(f, options).Run();

    /// <summary>Brings a function into the form that instructions are selected from.</summary>
    public static void Finish(IrFunction f, CompilerOptions options) => new Optimizer(f, options).Finish();

    private void Run()
    {
        _f.UpdatePredecessors();
        Ran("Lowering");
        HelperSizes.Run(_f);
        Ran(nameof(HelperSizes));
        DeadCode.Run(_f);
        Ran(nameof(DeadCode));
        // The steps are limited, as a long chain of tests could be followed from each of its links to its end.
        var steps = MinSteps + StepsPerBlock * _f.Blocks.Count;
        for (var round = 0; round < MaxRounds; round++)
        {
            var changed = Ran(nameof(ControlFlow), ControlFlow.Clean(_f));
            changed |= Ran(nameof(ValueNumbering), ValueNumbering.Run(_f));
            changed |= Ran(nameof(CopySplitting), CopySplitting.Run(_f));
            changed |= Ran(nameof(SlotPromotion), SlotPromotion.Run(_f));
            changed |= Ran(nameof(MemoryValues), MemoryValues.Run(_f));
            changed |= Ran(nameof(DeadStores), DeadStores.Run(_f));
            changed |= Ran(nameof(DeadCode), DeadCode.Run(_f));
            changed |= Ran(nameof(PhiOperations), PhiOperations.Run(_f));
            changed |= Ran(nameof(Sinking), Sinking.Run(_f));
            changed |= Ran(nameof(JumpThreading), JumpThreading.Run(_f, ref steps));
            changed |= Ran(nameof(PacketChecks), PacketChecks.Merge(_f));
            if (round == 0) changed |= Ran(nameof(ReturnDuplication), ReturnDuplication.Run(_f));
            if (!changed) break;
        }

        if (_options.InstructionSet < InstructionSet.V4)
        {
            SignedDivision.Run(_f);
            Ran(nameof(SignedDivision));
        }
        // Merged blocks propagate constants, which simplify more.
        for (var round = 0; round < MaxRounds; round++)
        {
            var changed = Ran(nameof(ControlFlow), ControlFlow.Clean(_f));
            changed |= Ran(nameof(ValueNumbering), ValueNumbering.Run(_f));
            if (!changed) break;
            DeadCode.Run(_f);
        }

        DeadCode.Run(_f);
        Ran(nameof(DeadCode));
    }

    private void Finish()
    {
        AdditionSinking.Run(_f);
        Ran(nameof(AdditionSinking));
        CriticalEdges.Split(_f);
        Ran(nameof(CriticalEdges));
        // A value that only one of the new blocks needs can be computed there now.
        Sinking.Run(_f);
        Ran(nameof(Sinking));
        LengthChecks.Run(_f);
        Ran(nameof(LengthChecks));
        EarlyStores.Run(_f);
        Ran(nameof(EarlyStores));
        Reassociation.Run(_f);
        Ran(nameof(Reassociation));
    }

    private bool Ran(string pass, bool changed = false)
    {
        _options.AfterPass?.Invoke(pass, _f);
        return changed;
    }
}
