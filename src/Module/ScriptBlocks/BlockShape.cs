using System.Collections.ObjectModel;
using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>Checks the parts of a block: only statements, nothing of PowerShell's pipeline processing.</summary>
internal static class BlockShape
{
    /// <summary>The statements of a script block or function body.</summary>
    public static IReadOnlyList<StatementAst> StatementsOf(ScriptBlockAst block, ProgramTranslation translation)
    {
        // begin, process, dynamicparam, and clean, which the reference assembly does not know.
        var named = block.FindAll(
            ast => ast is NamedBlockAst { Unnamed: false } && ast.Parent == block, searchNestedScriptBlocks: false);
        foreach (var other in named)
        {
            throw translation.Error(other, DiagnosticIds.UnsupportedStatement,
                "A kernel script has no begin, process, end, clean or dynamicparam blocks: it runs once for each "
                    + "packet or event.",
                "Write the statements by themselves.");
        }

        if (block.EndBlock is null) return [];
        RequireNoTraps(block.EndBlock.Traps, translation);
        return block.EndBlock.Statements;
    }

    /// <summary>The statements between a statement's braces.</summary>
    public static IReadOnlyList<StatementAst> StatementsOf(StatementBlockAst block, ProgramTranslation translation)
    {
        RequireNoTraps(block.Traps, translation);
        return block.Statements;
    }

    private static void RequireNoTraps(ReadOnlyCollection<TrapStatementAst>? traps, ProgramTranslation translation)
    {
        if (traps is not { Count: > 0 }) return;
        throw translation.Error(traps[0], DiagnosticIds.UnsupportedStatement,
            "There are no exceptions in the kernel, so there is nothing to trap.",
            "Test what may fail with if.");
    }
}
