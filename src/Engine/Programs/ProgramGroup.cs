namespace EbpfCat.Programs;

/// <summary>
/// Programs that share their maps, their variables and one buffer, so that what they put out comes in the order in
/// which it was put out. Read the output of all of them with one <c>EventStream</c> or <c>EventReader</c>.
/// </summary>
[SupportedOSPlatform("linux")]
public static class ProgramGroup
{
    // The record that a program copies into the buffer has the size of its own largest; the lock is that of the record.
    private static readonly string[] Own = [".record", ".lock"];

    /// <summary>Compiles the programs for the running kernel.</summary>
    /// <param name="definitions">
    /// The programs. They declare the same variables and maps in the same order, and one kind and size of buffer.
    /// </param>
    /// <exception cref="CompileException">A program has a mistake: those of all programs, each once.</exception>
    /// <exception cref="UnknownNameException">A target does not exist; names the nearest.</exception>
    public static IReadOnlyList<CompiledProgram> Compile(IReadOnlyList<ProgramDefinition> definitions)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        var compiled = new List<CompiledProgram>();
        var errors = new List<(Diagnostic Error, ProgramDefinition Program)>();
        foreach (var (index, definition) in definitions.Index())
        {
            try
            {
                compiled.Add(EbpfProgram.Compile(definition, definitions, index));
            }
            catch (CompileException exception)
            {
                errors.AddRange(exception.Diagnostics.Select(error => (error, definition)));
            }
        }

        return errors.Count == 0 ? compiled : throw new CompileException(errors
            .GroupBy(one => one.Error)
            .Select(each => Place(each.Key, [.. each.Select(one => one.Program)], definitions.Count))
            .ToArray());
    }

    /// <summary>Loads compiled programs. The first makes the maps that all use.</summary>
    /// <param name="programs">What <see cref="Compile"/> returned.</param>
    /// <param name="options">The options for each program; null for the defaults.</param>
    /// <returns>The programs in the kernel, in order, to be disposed.</returns>
    /// <exception cref="VerifierException">The verifier refused a program.</exception>
    /// <exception cref="KernelException">The kernel refused maps or a program for another reason.</exception>
    public static IReadOnlyList<LoadedProgram> Load(
        IReadOnlyList<CompiledProgram> programs, IReadOnlyList<LoadOptions?>? options = null)
    {
        ArgumentNullException.ThrowIfNull(programs);
        var loaded = new List<LoadedProgram>();
        try
        {
            foreach (var (index, program) in programs.Index())
            {
                var each = options?[index] ?? new LoadOptions();
                if (index > 0) each = each with { SharedMaps = MapsOf(loaded[0]) };
                loaded.Add(ProgramLoader.Load(program, each));
            }

            return loaded;
        }
        catch
        {
            loaded.ForEach(program => program.Dispose());
            throw;
        }
    }

    private static Dictionary<string, LiveMap> MapsOf(LoadedProgram program) => program.Compiled!.Maps
        .Where(map => !Own.Contains(map.Name)).ToDictionary(map => map.Name, map => program.Maps[map.Name]);

    // An error of every program is one of the code that they have in common.
    private static Diagnostic Place(Diagnostic error, IReadOnlyList<ProgramDefinition> programs, int count) =>
        programs.Count == count || programs[0] is not { Target: { } target } program
        || HookTable.Find(program) is not { } hook || error.Problem.Contains(target, StringComparison.Ordinal)
            ? error : error with { Problem = $"{error.Problem} This is the program for {hook.Describe(target)}." };
}
