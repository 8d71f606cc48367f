using EbpfCat.Attachments;
using EbpfCat.Compiler;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Commands;

/// <summary>Where a program is to be attached: what its definition must say for that, and how it is done.</summary>
/// <param name="Description">What is said of it where it is asked for or refused: <c>the tracepoint 'sched/sched_switch'</c>.</param>
/// <param name="Type">The type of program that it takes.</param>
/// <param name="Attach">Attaches a loaded program: the program, the name to pin by, whether the attachment owns the program.</param>
internal sealed record Hook(string Description, ProgramType Type, Func<LoadedProgram, string?, bool, Attachment> Attach)
{
    // The verifier checks these for one target and hook; a program of another type may be attached elsewhere than it says.
    private static readonly ProgramType[] BoundWhenLoaded = [ProgramType.Tracing, ProgramType.Lsm];

    /// <summary>What a definition gets for its target where it has none.</summary>
    public string? Target { get; init; }

    /// <summary>What a definition gets for its hook where it has none.</summary>
    public ProgramHook? Place { get; init; }

    /// <summary>What a definition gets for its probe where it has none.</summary>
    public ProbeKind? Probe { get; init; }

    /// <summary>How a definition is loaded for it.</summary>
    public LoadOptions? Options { get; init; }

    /// <summary>The definition with all that it needs to say to be compiled and loaded for this.</summary>
    /// <param name="definition">The definition, which stays as it is.</param>
    /// <exception cref="KernelException">EINVAL: it is of another type, or for another hook or target.</exception>
    public ProgramDefinition For(ProgramDefinition definition)
    {
        Check(definition.Name, definition.Type, definition);
        return definition.At(Target, Place, Probe);
    }

    /// <summary>Compiles a definition for this.</summary>
    /// <param name="definition">The definition.</param>
    public CompiledProgram Compile(ProgramDefinition definition) => EbpfProgram.Compile(For(definition));

    /// <summary>Loads a program that was compiled for this, and attaches it.</summary>
    /// <param name="compiled">The program.</param>
    /// <param name="pin">The name to pin by; null for none.</param>
    public Attachment Load(CompiledProgram compiled, string? pin = null)
    {
        var loaded = ProgramLoader.Load(compiled, Options);
        try
        {
            return Attach(loaded, pin, true);
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a loaded program that was made for something else.</summary>
    /// <param name="program">The program.</param>
    public void Check(LoadedProgram program) => Check(program.Name, program.Type, program.Definition);

    private void Check(string name, ProgramType type, ProgramDefinition? definition)
    {
        var operation = $"attach the program '{name}' to {Description}";
        if (type != Type) throw Refuse($"it is of type {type}", $"Declare it with -Type {Type}.");
        if (!BoundWhenLoaded.Contains(type) || definition is null) return;
        if (definition.Hook is { } hook && hook != Place)
            throw Refuse($"it was declared for the hook {hook}", $"Declare it with -Hook {Place}, or without -Hook.");
        if (definition.Target is { } target && target != Target)
            throw Refuse($"it was declared for '{target}'", "Declare it without -Target: then it is taken from here.");

        KernelException Refuse(string cause, string remedy) => new(operation, Errno.EINVAL, cause, remedy);
    }
}
