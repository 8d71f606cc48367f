using EbpfCat.Attachments;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Commands;

/// <summary>Where a program is to be attached: what its definition must say for that, and how it is done.</summary>
/// <param name="Description">What is said of it where it is asked for or refused: <c>the tracepoint 'sched/sched_switch'</c>.</param>
/// <param name="Type">The type of program that it takes.</param>
/// <param name="Attach">Attaches a loaded program: the program, the name to pin by, whether the attachment owns the program.</param>
internal sealed record Hook(string Description, ProgramType Type, Func<LoadedProgram, string?, bool, Attachment> Attach)
{
    /// <summary>What a definition gets for its target where it has none.</summary>
    public string? Target { get; init; }

    /// <summary>What a definition gets for its hook where it has none.</summary>
    public ProgramHook? Place { get; init; }

    /// <summary>What a definition gets for its probe where it has none.</summary>
    public ProbeKind? Probe { get; init; }

    /// <summary>Tells a definition what it needs to know to be compiled and loaded for this; what it says itself stays.</summary>
    /// <param name="definition">The definition.</param>
    public void Complete(ProgramDefinition definition)
    {
        definition.Target ??= Target;
        definition.Hook ??= Place;
        definition.Probe ??= Probe;
    }

    /// <summary>Loads a definition and attaches it.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="pin">The name to pin by; null for none.</param>
    public Attachment Load(ProgramDefinition definition, string? pin = null)
    {
        Complete(definition);
        var loaded = Loading.Load(definition);
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
}
