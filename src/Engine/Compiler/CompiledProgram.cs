namespace EbpfCat.Compiler;

/// <summary>A program as instructions, with all that a loader must know to bring it into the kernel.</summary>
public sealed record CompiledProgram
{
    /// <summary>The definition that was compiled.</summary>
    public required ProgramDefinition Definition { get; init; }

    /// <summary>
    /// The instructions: the main program, then its functions. Map references hold 0 where the loader puts a
    /// descriptor.
    /// </summary>
    public required IReadOnlyList<Instruction> Instructions
    {
        get;
        // Instructions from elsewhere are not those of the definition.
        init => (field, Options) = (value, null);
    }

    /// <summary>
    /// The maps it needs: those declared, then those that the compiler adds for variables and events.
    /// </summary>
    public required IReadOnlyList<Map> Maps { get; init; }

    /// <summary>Which instructions refer to which maps.</summary>
    public required IReadOnlyList<MapReference> MapReferences { get; init; }

    /// <summary>The location of each shared variable.</summary>
    public required IReadOnlyList<VariableLocation> Variables { get; init; }

    /// <summary>Which line of the source each run of instructions comes from, by slot, ascending.</summary>
    public required IReadOnlyList<SourceLine> Lines { get; init; }

    /// <summary>The start of each function, the main program first.</summary>
    public required IReadOnlyList<FunctionStart> Functions { get; init; }

    /// <summary>The event buffer's map and the layout of its records; null where the program puts out none.</summary>
    public EventLayout? Events { get; init; }

    /// <summary>
    /// Of maps that can be full their index, and where the program counts the updates that found no room (unsigned, 8
    /// bytes).
    /// </summary>
    internal IReadOnlyList<(int Map, VariableLocation Count)> FullCounts { get; init; } = [];

    /// <summary>The instruction set used.</summary>
    public required InstructionSet InstructionSet { get; init; }

    /// <summary>Whether it takes XDP packets of several buffers.</summary>
    public bool HasFragments { get; init; }

    /// <summary>The warnings of the compiler, by place.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];

    /// <summary>The options that the definition was compiled with; null for instructions from elsewhere.</summary>
    internal CompilerOptions? Options { get; init; }

    /// <summary>The program with the loops of more than some iterations run by <c>bpf_loop</c>.</summary>
    /// <param name="rounds">The number of iterations.</param>
    /// <returns>Null if that moves no more loops into functions.</returns>
    internal CompiledProgram? WithLoopHelper(ulong rounds)
    {
        if (Options is null) return null;
        var outlined = ProgramCompiler.Compile(Definition, Options with { HasLoopHelper = true, LongRounds = rounds });
        return outlined.Functions.Count > Functions.Count ? outlined : null;
    }

    /// <summary>The instructions as RFC 9669 encodes them, 8 bytes a slot, in the order of the processor.</summary>
    public byte[] ToBytes() => InstructionEncoder.Encode([.. Instructions]);

    /// <summary>The number of slots (8 bytes) of the instructions.</summary>
    public int SlotCount => Instructions.Sum(i => i.SlotCount);
}
