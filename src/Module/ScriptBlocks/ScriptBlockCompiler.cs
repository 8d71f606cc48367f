using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>
/// The front end of the kernel script: turns the syntax tree of a script block into statements of a program. It settles
/// names, shapes and positions; types are the compiler's concern.
/// </summary>
public static class ScriptBlockCompiler
{
    /// <summary>
    /// Appends a kernel script to a program: its statements to <see cref="ProgramDefinition.Body"/> and its functions
    /// to <see cref="ProgramDefinition.Functions"/>, where later scripts find them. On an error the program stays as it
    /// was.
    /// </summary>
    /// <param name="code">The kernel script. It is never run.</param>
    /// <param name="program">The program; what it declares can be used by name.</param>
    /// <param name="evaluator">Computes the constants, and has the variables of <c>$using:</c>.</param>
    /// <param name="part">
    /// The part that the script belongs to, or null: what is declared as <c>part.name</c>, it calls <c>name</c>, and
    /// its functions are called <c>part.name</c> elsewhere.
    /// </param>
    /// <param name="hook">The hook that the program is for; null where it may be attached to any.</param>
    /// <returns>The warnings.</returns>
    /// <exception cref="CompileException">The script has errors: the exception lists all, with places.</exception>
    public static IReadOnlyList<Diagnostic> Compile(ScriptBlock code, ProgramDefinition program,
        IScriptEvaluator evaluator, string? part = null, HookNames? hook = null)
    {
        ArgumentNullException.ThrowIfNull(code);
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(evaluator);
        return new ProgramTranslation(program, evaluator, part, hook).Add(BodyOf(code));
    }

    // The block of a function (${function:name}) has the function's definition as its tree.
    private static ScriptBlockAst BodyOf(ScriptBlock code) => code.Ast switch
    {
        FunctionDefinitionAst function => function.Body,
        var body => (ScriptBlockAst)body,
    };
}
