namespace EbpfCat.Commands;

/// <summary>Programs in the forms that the pipeline brings them.</summary>
internal static class Loading
{
    /// <summary>The loaded program that an object is or has; null for a definition.</summary>
    /// <exception cref="ArgumentException">It is no program.</exception>
    public static LoadedProgram? Find(object? program) => program switch
    {
        LoadedProgram loaded => loaded,
        Attachment attachment => attachment.Program,
        ProgramDefinition => null,
        _ => throw new ArgumentException(
            $"{Values.Kind(program)} is no program; give a definition (New-EbpfProgram), a loaded program "
                + "(Import-EbpfProgram) or an attachment."),
    };
}
