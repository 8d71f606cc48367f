namespace EbpfCat.Commands;

/// <summary>What commands do with a script block that is given them as a program.</summary>
internal static class KernelScript
{
    /// <summary>Adds a kernel script to a program, and warns of what is allowed in it and hardly meant.</summary>
    /// <param name="command">The command; the script's constants are those of its session.</param>
    /// <param name="code">The script.</param>
    /// <param name="program">What it is added to.</param>
    public static void Compile(this PSCmdlet command, ScriptBlock code, ProgramDefinition program)
    {
        foreach (var warning in ScriptBlockCompiler.Compile(code, program, new SessionEvaluator(command.SessionState)))
            command.WriteWarning(warning.Sentence);
    }
}
