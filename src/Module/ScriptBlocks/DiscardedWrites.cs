using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>
/// Finds changes that go nowhere. After <c>$flow = $flows[$key]</c> the local is a copy: <c>$flow.Packets += 1</c> does
/// not change the map, which is allowed, and hardly what was meant unless the copy is used as a whole afterwards.
/// </summary>
/// <param name="translation">The program, which knows its maps and variables, and places.</param>
internal sealed class DiscardedWrites(ProgramTranslation translation)
{
    /// <summary>Warns of each local of a script or its functions changed in vain, at its first change.</summary>
    public void Report(ScriptBlockAst script)
    {
        ReportIn(script);
        foreach (var function in script.FindAll(ast => ast is FunctionDefinitionAst, true))
            ReportIn(((FunctionDefinitionAst)function).Body);
    }

    private void ReportIn(ScriptBlockAst body)
    {
        var names = new BlockTranslation(translation, new Scope(body)).Names;
        var copies = body.FindAll(ast => ast is AssignmentStatementAst { Operator: TokenKind.Equals }, false)
            .Cast<AssignmentStatementAst>()
            .Where(assignment => assignment is { Left: VariableExpressionAst, Right: CommandExpressionAst })
            .Where(assignment => IsShared(((CommandExpressionAst)assignment.Right).Expression, names))
            .ToLookup(assignment => ((VariableExpressionAst)assignment.Left).VariablePath.UserPath,
                StringComparer.OrdinalIgnoreCase);
        // Where an assignment is the parent, the variable is given a value: what stands at its right is inside an
        // expression.
        var uses = body.FindAll(ast =>
            ast is VariableExpressionAst { Parent: not AssignmentStatementAst { Operator: TokenKind.Equals } }, false)
            .Cast<VariableExpressionAst>()
            .Where(use => copies.Contains(use.VariablePath.UserPath))
            .ToLookup(use => use.VariablePath.UserPath, StringComparer.OrdinalIgnoreCase);
        foreach (var copy in copies)
        {
            if (uses[copy.Key].All(IsField)
                && uses[copy.Key].Select(ChangeOf).FirstOrDefault(change => change is not null) is { } change)
            {
                translation.Diagnostics.Add(Warning(change, copy.Key, copy.First().Right));
            }
        }
    }

    // An expression in the kernel's memory: an entry of a map, a shared variable, or a part of one.
    private static bool IsShared(ExpressionAst expression, NameTranslator names) => expression switch
    {
        IndexExpressionAst index => IsShared(index.Target, names),
        _ when names.Resolve(expression).Kind is NameKind.Map or NameKind.Variable => true,
        MemberExpressionAst and not InvokeMemberExpressionAst and { Expression: var whole } => IsShared(whole, names),
        _ => false,
    };

    private static bool IsField(VariableExpressionAst use) =>
        use.Parent is MemberExpressionAst member and not InvokeMemberExpressionAst && member.Expression == use;

    // The assignment or step that changes a field, or a part of one.
    private static Ast? ChangeOf(VariableExpressionAst use)
    {
        Ast part = use;
        while (part.Parent is MemberExpressionAst member && member.Expression == part
            || part.Parent is IndexExpressionAst index && index.Target == part)
        {
            part = part.Parent;
        }

        return part.Parent switch
        {
            AssignmentStatementAst assignment when assignment.Left == part => assignment,
            UnaryExpressionAst step when OperatorTranslator.IsStep(step.TokenKind) => step,
            _ => null,
        };
    }

    private Diagnostic Warning(Ast change, string name, StatementAst origin)
    {
        var (text, local, entry) = (change.Extent.Text, $"${name}", origin.Extent.Text);
        var meant = text.Replace(local, entry, StringComparison.OrdinalIgnoreCase);
        return new Diagnostic(DiagnosticIds.DiscardedWrite,
            $"{text} changes {local} alone, which is a copy of {entry}.",
            translation.Positions.Of(change), $"To change that, write {meant}.", DiagnosticSeverity.Warning);
    }
}
