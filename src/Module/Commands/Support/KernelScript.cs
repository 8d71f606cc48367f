namespace EbpfCat.Commands;

/// <summary>Compiles script blocks that commands take as programs.</summary>
internal static class KernelScript
{
    /// <summary>Adds a kernel script to a program, and writes its warnings.</summary>
    /// <param name="command">The command; the script's constants are those of its session.</param>
    /// <param name="code">The script.</param>
    /// <param name="program">The definition to add to.</param>
    /// <param name="part">The part that the script belongs to; null for none.</param>
    public static void Compile(this PSCmdlet command, ScriptBlock code, ProgramDefinition program, string? part = null)
    {
        var evaluator = new SessionEvaluator(command.SessionState);
        command.Write(ScriptBlockCompiler.Compile(code, program, evaluator, part));
    }

    /// <summary>Writes warnings.</summary>
    public static void Write(this PSCmdlet command, IEnumerable<Diagnostic> warnings)
    {
        foreach (var warning in warnings) command.WriteWarning(warning.Sentence);
    }
}
