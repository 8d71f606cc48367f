using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>Translates <c>$event.Hook</c>, and decides conditions that ask for nothing else.</summary>
internal sealed class HookTranslator(BlockTranslation block)
{
    private readonly Lazy<EnumType> _names = new(() => new EnumType(ScalarType.UInt16,
        block.Program.Hook!.All.Distinct().Select((name, index) => KeyValuePair.Create(name, (long)index)), "hooks"));

    /// <summary>Whether an expression is the name of the hook that the program is for.</summary>
    public bool IsName(Ast ast) => block.Program.Hook is not null && ast is MemberExpressionAst
    {
        Static: false,
        Expression: VariableExpressionAst owner,
        Member: StringConstantExpressionAst { Value: var member },
    }
        and not InvokeMemberExpressionAst && member.Equals("Hook", StringComparison.OrdinalIgnoreCase)
        && block.Names.Resolve(owner).Kind == NameKind.Event;

    /// <summary>The name as a value: all programs put out the same type.</summary>
    public Expression Name() =>
        new CastExpression(_names.Value, new ConstantExpression(_names.Value.FindValue(block.Program.Hook!.Current)!));

    /// <summary>The value of an expression of the hook's name and constants; null for other expressions.</summary>
    public Expression? Decide(ExpressionAst ast)
    {
        if (!IsOfHook(ast) || !block.Constants.IsFree(ast)) return null;
        foreach (var comparison in ast.FindAll(node => node is BinaryExpressionAst, true).Cast<BinaryExpressionAst>())
        {
            if (comparison.Operator is not (TokenKind.Ieq or TokenKind.Ine or TokenKind.Ceq or TokenKind.Cne)) continue;
            if (IsName(comparison.Left)) RequireName(comparison.Right);
            else if (IsName(comparison.Right)) RequireName(comparison.Left);
        }

        return block.Constants.FromSession(ast);
    }

    /// <summary>The value of a condition that the hook decides; null if the program must ask.</summary>
    public bool? Decide(Ast condition, Expression translated) => !IsOfHook(condition) ? null : translated switch
    {
        ConstantExpression { Value: bool truth } => truth,
        ConstantExpression { Value: string text } => text.Length > 0,
        _ => null,
    };

    /// <summary>Leaves out the side of <c>-and</c> or <c>-or</c> that the hook decides; null if none.</summary>
    public Expression? Shorten(BinaryExpressionAst ast)
    {
        if (ast.Operator is not (TokenKind.And or TokenKind.Or) || !IsOfHook(ast)) return null;
        var absorbing = ast.Operator == TokenKind.Or;
        var left = block.Expressions.Operand(ast.Left);
        if (Decide(ast.Left, left) is { } first)
            return first == absorbing ? new ConstantExpression(first) : block.Expressions.Operand(ast.Right);
        var right = block.Expressions.Operand(ast.Right);
        if (Decide(ast.Right, right) is { } second) return second == absorbing ? new ConstantExpression(second) : left;
        return new BinaryExpression(absorbing ? BinaryOperator.LogicalOr : BinaryOperator.LogicalAnd, left, right);
    }

    /// <summary>Refuses a text in place of the name of a hook that names none.</summary>
    public void RequireName(ExpressionAst ast)
    {
        if (ast is not StringConstantExpressionAst { Value: var text }) return;
        var names = block.Program.Hook!.All;
        if (names.Contains(text, StringComparer.OrdinalIgnoreCase)) return;
        throw block.Error(ast, DiagnosticIds.UnknownValueName, $"No hook of this trace is called '{text}'.",
            SimilarNames.Sentence(text, [.. names]) ?? $"There are {string.Join(", ", names.Distinct().Take(10))}.");
    }

    private bool IsOfHook(Ast ast) => ast.Find(IsName, searchNestedScriptBlocks: true) is not null;
}
