namespace EbpfCat.Programs;

/// <summary>Compiles definitions and loads them into the kernel.</summary>
[SupportedOSPlatform("linux")]
public static class EbpfProgram
{
    /// <summary>Compiles a program for the running kernel and loads it.</summary>
    /// <param name="options">How to load it, beyond the definition.</param>
    /// <returns>The program in the kernel, to be disposed.</returns>
    /// <exception cref="CompileException">The program has a mistake.</exception>
    /// <exception cref="UnknownNameException">Its target does not exist; names the nearest.</exception>
    /// <exception cref="VerifierException">The verifier refused the program.</exception>
    /// <exception cref="KernelException">The kernel refused maps or program for another reason.</exception>
    /// <example>
    /// <code>
    /// using var program = EbpfProgram.Load(definition);
    /// Console.WriteLine(program.TestRun(new byte[64]).Verdict);
    /// </code>
    /// </example>
    public static LoadedProgram Load(ProgramDefinition definition, LoadOptions? options = null) =>
        ProgramLoader.Load(Compile(definition), options);

    /// <summary>Compiles a program for the running kernel. Type, hook and target give the event's fields.</summary>
    /// <param name="traced">The traced event; null for the one that the definition names.</param>
    /// <exception cref="CompileException">The program has a mistake.</exception>
    /// <exception cref="UnknownNameException">Its target does not exist; names the nearest.</exception>
    public static CompiledProgram Compile(ProgramDefinition definition, ITracedEvent? traced = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return Compile(definition, [], 0, traced);
    }

    /// <summary>Compiles a program of several that share the buffer of their output.</summary>
    /// <param name="group">The programs, if they share their maps and variables too.</param>
    /// <param name="index">The index of the program among them.</param>
    /// <param name="traced">The traced event; null for the one that the definition names.</param>
    internal static CompiledProgram Compile(
        ProgramDefinition definition, IReadOnlyList<ProgramDefinition> group, int index, ITracedEvent? traced = null) =>
        ProgramCompiler.Compile(definition, Complete(definition, new CompilerOptions
        {
            InstructionSet = Features.InstructionSet,
            HasLoopHelper = KernelFacts.RunningVersion >= HelperTable.Get(HelperId.Loop)!.Kernel,
            HasXdpFragments = KernelFacts.RunningVersion >= KernelFacts.Since(BpfProgramFlags.XdpHasFragments),
            HasTraceFormats = KernelFacts.RunningVersion >= new Version(5, 13),
            PidNamespace = PidNamespaces.Own is var (device, inode) ? new PidNamespace(device, inode) : null,
            HasTraceArray = KernelFacts.RunningVersion >= HelperTable.Get(HelperId.TraceVprintk)!.Kernel,
            Event = traced,
            Group = group,
            Index = index,
        }));

    /// <summary>The compiler's options for a program; its event is looked up only if the code uses it.</summary>
    private static CompilerOptions Complete(ProgramDefinition definition, CompilerOptions options)
    {
        var (usesEvent, usesTask) = (false, false);
        var functions = definition.Functions.SelectMany(function => function.Body);
        foreach (var expression in StatementWalker.Expressions([.. definition.Body, .. functions]))
        {
            var isOfTask = expression is EventFieldExpression { Path: [EventFieldExpression.CurrentTask, ..] }
                or SystemValueExpression { Value: SystemValue.ParentProcessId };
            usesTask |= isOfTask;
            usesEvent |= !isOfTask
                && expression is EventFieldExpression or SystemValueExpression { Value: SystemValue.ReturnValue };
        }

        var traced = options.Event ?? (usesEvent ? TracedEvents.For(definition) : null);
        return options with
        {
            Event = traced,
            CurrentTask = options.CurrentTask ?? (usesTask ? CurrentTaskEvent.Instance : null),
        };
    }
}
