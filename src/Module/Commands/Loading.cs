using EbpfCat.Attachments;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Commands;

/// <summary>Programs in the forms that the pipeline brings them.</summary>
internal static class Loading
{
    /// <summary>Compiles a definition for the running kernel.</summary>
    public static CompiledProgram Compile(ProgramDefinition definition) => EbpfProgram.Compile(definition);

    /// <summary>Compiles a definition and brings it into the kernel.</summary>
    public static LoadedProgram Load(ProgramDefinition definition, LoadOptions? options = null) =>
        ProgramLoader.Load(Compile(definition), options);

    /// <summary>The loaded program that an object is or has; null for a definition.</summary>
    /// <exception cref="ArgumentException">It is no program.</exception>
    public static LoadedProgram? Find(object? program) => program switch
    {
        LoadedProgram loaded => loaded,
        Attachment attachment => attachment.Program,
        ProgramDefinition => null,
        _ => throw new ArgumentException(
            $"A {program?.GetType().Name ?? "null"} is no program; give a definition (New-EbpfProgram), a loaded program "
            + "(Import-EbpfProgram) or an attachment."),
    };
}
