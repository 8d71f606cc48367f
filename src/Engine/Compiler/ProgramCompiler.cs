namespace EbpfCat.Compiler;

/// <summary>
/// Compiles a program: binding, lowering, optimisation, instruction selection, register allocation, layout.
/// </summary>
public static class ProgramCompiler
{
    /// <summary>Compiles a program to instructions.</summary>
    /// <exception cref="CompileException">
    /// The program has errors. Each diagnostic gives the problem, its place and a suggestion.
    /// </exception>
    public static CompiledProgram Compile(ProgramDefinition definition, CompilerOptions? options = null)
    {
        options ??= new CompilerOptions();
        var program = Binder.Bind(
            definition, options.Event, options.CurrentTask, options.PidNamespace,
            group: (options.Group, options.Index));
        var resources = program.Resources;
        var hasFragments = options.HasXdpFragments && definition.Type == ProgramType.Xdp
            && definition.MaximumPacketSize > PacketNeeds.OneBuffer && PacketNeeds.FragmentObstacle(definition) is null;
        var function = Lowerer.Lower(program, options, hasFragments);
        Optimizer.Run(function, options);
        IReadOnlyList<IrFunction> functions = options.HasLoopHelper ? LongLoops.Outline(function, options) : [function];
        var emitter = new Emitter(options.InstructionSet);
        foreach (var each in functions) emitter.Add(Generate(each, options));
        emitter.Finish();
        return new CompiledProgram
        {
            Definition = definition,
            Instructions = emitter.Instructions,
            Maps = resources.Maps,
            MapReferences = emitter.Maps,
            Variables = resources.Variables,
            Lines = emitter.Lines,
            Functions = emitter.Functions,
            Events = resources.Events,
            FullCounts = resources.FullCounts,
            InstructionSet = options.InstructionSet,
            HasFragments = hasFragments,
            Options = options,
            Warnings = program.Warnings,
        };
    }

    /// <summary>
    /// Finds the errors that do not depend on where a program is attached: in its names, types and statements. Without
    /// errors, gives the warnings, those of comparisons that are never true or never false among them.
    /// </summary>
    public static IReadOnlyList<Diagnostic> Check(ProgramDefinition definition)
    {
        try
        {
            return Binder.Bind(definition, null, null, isScript: true).Warnings;
        }
        catch (CompileException exception)
        {
            return exception.Diagnostics.Where(d =>
                d.Id is not (DiagnosticIds.NoTarget or DiagnosticIds.NotAvailable)).ToArray();
        }
    }

    private static MachineFunction Generate(IrFunction function, CompilerOptions options)
    {
        Optimizer.Finish(function, options);
        var machine = Selector.Select(function, options.InstructionSet);
        EarlyMoves.RunOnConstants(machine);
        RegisterAllocator.Allocate(machine);
        Layout.Arrange(machine);
        return machine;
    }
}
