using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>Translates expressions: each kind of node by its own translator; any other is an error.</summary>
internal sealed class ExpressionTranslator(BlockTranslation block)
{
    public Expression Of(ExpressionAst ast)
    {
        using var level = block.Program.Enter(ast);
        return block.Try(ast, Translate);
    }

    /// <summary>The value of an expression that is compared or calculated with: not a struct.</summary>
    public Expression Operand(ExpressionAst ast)
    {
        var operand = Of(ast);
        return operand is StructExpression
            ? throw block.Error(ast, DiagnosticIds.UnsupportedExpression,
                "A struct cannot be compared or calculated with.",
                "Use its fields one by one; as a whole it is a map's key or value.")
            : operand;
    }

    /// <summary>A condition: any number or truth value, or a header of the packet.</summary>
    public Expression Condition(StatementAst ast) => block.Try(ast, TranslateCondition);

    private Expression TranslateCondition(StatementAst ast)
    {
        if (ast is AssignmentStatementAst)
        {
            throw block.Error(ast, DiagnosticIds.UnsupportedExpression, "An assignment is not a condition.",
                "Compare with -eq.");
        }

        var condition = OfStatement(ast);
        return condition is StructExpression
            ? throw block.Error(ast, DiagnosticIds.UnsupportedExpression, "A struct is neither true nor false.",
                "Use one of its fields.")
            : condition;
    }

    /// <summary>The value of a statement used as an expression: assigned, in parentheses, behind return.</summary>
    public Expression OfStatement(StatementAst ast) =>
        Only(ast) is { } value ? Of(value) : block.Try(ast, TranslateStatement);

    private Expression TranslateStatement(StatementAst ast) => ast switch
    {
        CommandExpressionAst { Redirections.Count: > 0 } element => throw Redirection(element),
        CommandExpressionAst element => Of(element.Expression),
        PipelineAst { PipelineElements: [CommandExpressionAst element] } pipeline when !ModernSyntax.IsBackground(
            pipeline) =>
            OfStatement(element),
        PipelineAst { PipelineElements: [CommandAst command] } pipeline when !ModernSyntax.IsBackground(pipeline) =>
            block.At(ast, block.Commands.Value(command)),
        AssignmentStatementAst =>
            throw block.Error(ast, DiagnosticIds.UnsupportedExpression, "An assignment has no value here.",
                "Write it as a statement of its own."),
        IfStatementAst => throw block.Error(ast, DiagnosticIds.UnsupportedExpression,
            "An if statement has no value here.",
            "Write condition ? a : b, or assign in both branches."),
        SwitchStatementAst =>
            throw block.Error(ast, DiagnosticIds.UnsupportedExpression, "A switch statement has no value here.",
                "Assign in each of its clauses."),
        _ => throw block.Statements.Unsupported(ast),
    };

    /// <summary>The expression that a statement consists of, or null.</summary>
    public static ExpressionAst? Only(StatementAst statement) => statement switch
    {
        CommandExpressionAst { Redirections.Count: 0 } element => element.Expression,
        PipelineAst { PipelineElements: [CommandExpressionAst element] } => Only(element),
        _ => null,
    };

    /// <summary>The error for a redirection, which is mostly a comparison written as in C.</summary>
    public CompileException Redirection(CommandBaseAst element)
    {
        var redirection = element.Redirections[0];
        return block.Error(redirection, DiagnosticIds.UnsupportedOperator,
            $"{redirection.Extent.Text[..1]} redirects to a file in PowerShell.",
            "To compare, write -gt, -ge, -lt or -le; to drop a value, write [void] before it.");
    }

    private Expression Translate(ExpressionAst ast) => ast switch
    {
        ConstantExpressionAst literal => block.Constants.Literal(literal),
        VariableExpressionAst variable => block.Names.Translate(variable),
        UsingExpressionAst => block.Constants.FromSessionOr(ast, () => block.Error(ast, DiagnosticIds.NotConstant,
            "$using: is evaluated when the program is built, before there is a packet or an event.",
            "Declare a map with Add-EbpfMap to look values up in the kernel.")),
        ParenExpressionAst { Pipeline: var inner } => Parenthesised(ast, inner),
        SubExpressionAst { SubExpression.Statements: [var inner] } => Parenthesised(ast, inner),
        BinaryExpressionAst or UnaryExpressionAst when block.Hooks.Decide(ast) is { } decided => decided,
        BinaryExpressionAst binary => block.Operators.Binary(binary),
        UnaryExpressionAst unary => block.Operators.Unary(unary),
        ConvertExpressionAst cast => block.Casts.Translate(cast),
        InvokeMemberExpressionAst call => block.Methods.Translate(call),
        MemberExpressionAst member => block.Members.Translate(member),
        IndexExpressionAst index => block.Members.Element(index),
        HashtableAst table => Struct(table),
        TypeExpressionAst or ScriptBlockExpressionAst => throw Unsupported(ast),
        _ when ModernSyntax.IsTernary(ast, out var parts) => Ternary(parts),
        _ => block.Constants.FromSessionOr(ast, () => Unsupported(ast)),
    };

    private Expression Parenthesised(ExpressionAst ast, StatementAst inner) =>
        Only(inner) is { } value ? Of(value)
        : CommandTranslator.IsCall(inner, block.Program.Functions) ? OfStatement(inner)
        : block.Constants.IsFree(ast) && inner is PipelineAst ? block.Constants.FromSession(ast) : OfStatement(inner);

    private Expression Ternary(ExpressionAst[] parts)
    {
        var condition = Operand(parts[0]);
        return block.Hooks.Decide(parts[0], condition) is { } truth
            ? Of(parts[truth ? 1 : 2]) : new ConditionalExpression(condition, Of(parts[1]), Of(parts[2]));
    }

    public StructExpression Struct(HashtableAst table)
    {
        var fields = new List<KeyValuePair<string, Expression>>();
        foreach (var (key, value) in table.KeyValuePairs)
        {
            if (key is not ConstantExpressionAst { Value: var given } || given?.ToString() is not { Length: > 0 } name)
            {
                throw block.Error(key, DiagnosticIds.UnsupportedExpression,
                    "A field's name is fixed when the program is built.",
                    "Write the name as a word: @{ Port = $port }.");
            }

            if (fields.Exists(f => f.Key.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                throw block.Error(key, DiagnosticIds.DuplicateName,
                    $"The field '{name}' is given twice; case does not count.");
            }

            fields.Add(new(name, OfStatement(value)));
        }

        if (fields.Count == 0)
        {
            throw block.Error(table, DiagnosticIds.UnsupportedExpression, "A struct has at least one field.",
                "Write it as @{ Port = $port }.");
        }

        return block.At(table, new StructExpression(fields));
    }

    private CompileException Unsupported(ExpressionAst ast)
    {
        var (problem, advice) = ast switch
        {
            ExpandableStringExpressionAst => ("Text cannot be put together in the kernel.",
                "Write-Debug \"saw $port\" writes such text to the trace log; for user space, put out the parts: "
                    + "[pscustomobject]@{ Port = $port }."),
            ArrayLiteralAst or ArrayExpressionAst => ("A list is not a value in the kernel.",
                "Lists work with -in, -contains and foreach; several values together are a struct: @{ A = 1; B = 2 }."),
            ScriptBlockExpressionAst =>
                ("A script block is not a value in the kernel.", "Write a function, or the statements themselves."),
            TypeExpressionAst => ("A type is not a value.",
                "Write a cast such as [uint16]$x, or a constant of the type such as [uint16]::MaxValue."),
            SubExpressionAst => ("Several statements have no value together.",
                "Write them one after the other, as statements."),
            AttributedExpressionAst =>
                ("Attributes have no meaning in the kernel.",
                "Write the variable without them; a type in front of it is fine."),
            ErrorExpressionAst => ("This is not complete.", null),
            _ => ("This kind of expression does not exist in the kernel.", "about_Operators lists more than a kernel "
                + "script has; write it with + - * / %, comparisons and -band -bor -bxor."),
        };
        return block.Error(ast, DiagnosticIds.UnsupportedExpression, problem, advice);
    }
}
