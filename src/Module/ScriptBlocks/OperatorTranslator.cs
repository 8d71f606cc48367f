using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>Translates operators.</summary>
internal sealed class OperatorTranslator(BlockTranslation block)
{
    public Expression Binary(BinaryExpressionAst ast)
    {
        switch (ast.Operator)
        {
            case TokenKind.Iin or TokenKind.Cin:
                return block.Lists.Contains(ast, ast.Right, ast.Left, ast.Operator == TokenKind.Cin);
            case TokenKind.Inotin or TokenKind.Cnotin:
                return Not(ast, block.Lists.Contains(ast, ast.Right, ast.Left, ast.Operator == TokenKind.Cnotin));
            case TokenKind.Icontains or TokenKind.Ccontains:
                return block.Lists.Contains(ast, ast.Left, ast.Right, ast.Operator == TokenKind.Ccontains);
            case TokenKind.Inotcontains or TokenKind.Cnotcontains:
                return Not(ast, block.Lists.Contains(ast, ast.Left, ast.Right, ast.Operator == TokenKind.Cnotcontains));
            case TokenKind.Ilike or TokenKind.Clike: return Like(ast, ast.Operator == TokenKind.Clike);
            case TokenKind.Inotlike or TokenKind.Cnotlike:
                return Not(ast, Like(ast, ast.Operator == TokenKind.Cnotlike));
            case TokenKind.As: return As(ast);
        }

        if (block.Hooks.Shorten(ast) is { } shorter) return shorter;
        if (!OperatorTable.Binary.TryGetValue(ast.Operator, out var @operator))
            return block.Constants.FromSessionOr(ast, () => Unsupported(ast));
        if (IsEquality(@operator) && (IsNull(ast.Left) || IsNull(ast.Right))) return WithNull(ast, @operator);
        var left = block.Expressions.Operand(ast.Left);
        var right = block.Expressions.Operand(ast.Right);
        if (HasText(left, right) && !IsComparison(@operator))
        {
            return block.Constants.FromSessionOr(ast, () => block.Error(ast, DiagnosticIds.UnsupportedOperator,
                "Text cannot be calculated with in the kernel.", "Compare it with -eq, -ne or -like 'prefix*'."));
        }

        return left is ConstantExpression && right is ConstantExpression && HasText(left, right)
            && block.Constants.IsFree(ast)
            ? block.Constants.FromSession(ast) : new BinaryExpression(@operator, left, right);
    }

    public Expression Unary(UnaryExpressionAst ast)
    {
        if (IsStep(ast.TokenKind))
        {
            throw block.Error(ast, DiagnosticIds.UnsupportedExpression, "++ and -- are statements of their own here.",
                $"Write {ast.Child.Extent.Text} += 1 before or after this line.");
        }

        if (ast.TokenKind == TokenKind.Plus) return block.Expressions.Operand(ast.Child);
        if (!OperatorTable.Unary.TryGetValue(ast.TokenKind, out var @operator))
        {
            return block.Constants.FromSessionOr(ast, () => block.Error(ast, DiagnosticIds.UnsupportedOperator,
                $"The kernel has no operator {TextOf(ast)}.", OperatorTable.InsteadOf(TextOf(ast))));
        }

        var operand = block.Expressions.Operand(ast.Child);
        return @operator == UnaryOperator.Negate && Negated(operand) is { } number
            ? new ConstantExpression(number) : new UnaryExpression(@operator, operand);
    }

    /// <summary>Whether an operator is <c>++</c> or <c>--</c>, before or behind.</summary>
    public static bool IsStep(TokenKind kind) =>
        kind is TokenKind.PlusPlus or TokenKind.MinusMinus or TokenKind.PostfixPlusPlus or TokenKind.PostfixMinusMinus;

    /// <summary>The opposite truth value.</summary>
    public Expression Not(Ast ast, Expression condition) =>
        new UnaryExpression(UnaryOperator.LogicalNot, block.At(ast, condition));

    private Expression Like(BinaryExpressionAst ast, bool caseSensitive)
    {
        var pattern = block.Expressions.Operand(ast.Right);
        if (pattern is not ConstantExpression { Value: string text })
        {
            throw block.Error(ast.Right, DiagnosticIds.NotConstant,
                "The pattern of -like is fixed when the program is built.", "Write it as -like 'prefix*'.");
        }

        var prefix = text.EndsWith('*') ? text[..^1] : text;
        if (prefix.IndexOfAny(['*', '?', '[', ']', '`']) >= 0)
        {
            throw block.Error(ast.Right, DiagnosticIds.UnsupportedOperator,
                "In the kernel -like matches a beginning only: one * at the end.",
                "Write it as -like 'prefix*', and filter the rest in user space with Where-Object.");
        }

        var value = block.Expressions.Operand(ast.Left);
        if (value is ConstantExpression && block.Constants.IsFree(ast)) return block.Constants.FromSession(ast);
        var @operator = (text.EndsWith('*'), caseSensitive) switch
        {
            (true, true) => BinaryOperator.CaseSensitiveStartsWith,
            (true, false) => BinaryOperator.StartsWith,
            (false, true) => BinaryOperator.CaseSensitiveEqual,
            (false, false) => BinaryOperator.Equal,
        };
        return new BinaryExpression(@operator, value, block.At(ast.Right, new ConstantExpression(prefix)));
    }

    private Expression As(BinaryExpressionAst ast) => ast.Right is TypeExpressionAst type
        ? block.Casts.Translate(ast, type.TypeName, ast.Left)
        : block.Constants.FromSessionOr(ast, () => block.Error(ast.Right, DiagnosticIds.UnsupportedOperator,
            "-as needs a type.", "Write it as $x -as [uint16], or [uint16]$x."));

    // A comparison with $null tests whether the value is present; for numbers, whether it is 0.
    private Expression WithNull(BinaryExpressionAst ast, BinaryOperator @operator)
    {
        var value = block.Expressions.Operand(IsNull(ast.Left) ? ast.Right : ast.Left);
        var absent = Not(ast, value);
        return @operator is BinaryOperator.Equal or BinaryOperator.CaseSensitiveEqual ? absent : Not(ast, absent);
    }

    private static bool IsNull(ExpressionAst ast) =>
        ast is VariableExpressionAst { VariablePath: { IsUnqualified: true, UserPath: var name } }
        && name.Equals("null", StringComparison.OrdinalIgnoreCase);

    private static bool HasText(Expression left, Expression right) =>
        left is ConstantExpression { Value: string } || right is ConstantExpression { Value: string };

    private static bool IsEquality(BinaryOperator @operator) =>
        @operator is BinaryOperator.Equal or BinaryOperator.NotEqual
        or BinaryOperator.CaseSensitiveEqual or BinaryOperator.CaseSensitiveNotEqual;

    private static bool IsComparison(BinaryOperator @operator) => IsEquality(@operator)
        || @operator is BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater
        or BinaryOperator.GreaterOrEqual;

    private static object? Negated(Expression operand) =>
        operand is not ConstantExpression constant ? null : constant.Value switch
        {
            long and not long.MinValue => -(long)constant.Value,
            // The one magnitude whose negative fits and whose positive does not.
            (ulong)long.MaxValue + 1 => long.MinValue,
            decimal number => -number,
            _ => null,
        };

    private CompileException Unsupported(BinaryExpressionAst ast) =>
        block.Error(ast, DiagnosticIds.UnsupportedOperator, $"The kernel has no operator {ast.ErrorPosition.Text}.",
            OperatorTable.InsteadOf(ast.ErrorPosition.Text));

    private static string TextOf(UnaryExpressionAst ast) =>
        ast.Extent.Text[..(ast.Child.Extent.StartOffset - ast.Extent.StartOffset)].Trim();
}
