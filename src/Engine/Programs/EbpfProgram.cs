using EbpfCat.Binding;
using EbpfCat.Bytecode;
using EbpfCat.Compiler;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Tracing;

namespace EbpfCat.Programs;

/// <summary>From a definition to a program in the kernel in one step.</summary>
public static class EbpfProgram
{
    /// <summary>Compiles a program for the running kernel and loads it.</summary>
    /// <param name="definition">The program.</param>
    /// <param name="options">What the definition does not say.</param>
    /// <returns>The program in the kernel, to be disposed.</returns>
    /// <exception cref="CompileException">The program cannot be compiled.</exception>
    /// <exception cref="UnknownNameException">What it is to be attached to does not exist; names the nearest.</exception>
    /// <exception cref="VerifierException">The verifier refused the program.</exception>
    /// <exception cref="KernelException">The kernel refused maps or program for another cause.</exception>
    public static LoadedProgram Load(ProgramDefinition definition, LoadOptions? options = null) =>
        ProgramLoader.Load(Compile(definition), options);

    /// <summary>
    /// Compiles a program for the running kernel. <c>$event</c> and <c>$return</c> are those of its type, hook and target.
    /// </summary>
    /// <param name="definition">The program.</param>
    /// <param name="traced">What it is attached to, where the definition does not say it; null for what that says.</param>
    /// <exception cref="CompileException">The program cannot be compiled.</exception>
    /// <exception cref="UnknownNameException">What it is to be attached to does not exist; names the nearest.</exception>
    public static CompiledProgram Compile(ProgramDefinition definition, ITracedEvent? traced = null) => ProgramCompiler.Compile(
        definition,
        TracedEvents.Complete(definition, new CompilerOptions
        {
            InstructionSet = Features.InstructionSet,
            HasLoopHelper = KernelFacts.RunningVersion >= HelperTable.Get(HelperId.Loop)!.Kernel,
            Event = traced,
        }));
}
