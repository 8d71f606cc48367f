using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

internal sealed class StatementTranslator
{
    private readonly BlockTranslation _block;
    private readonly FlowTranslator _flow;

    public StatementTranslator(BlockTranslation block) => (_block, _flow) = (block, new FlowTranslator(block));

    /// <summary>The statements of a script block or function.</summary>
    public List<Statement> Body(IReadOnlyList<StatementAst> statements)
    {
        var body = new List<Statement>();
        foreach (var statement in statements)
        {
            // Functions have been noted already.
            if (statement is not FunctionDefinitionAst && Of(statement) is { } translated) body.Add(translated);
        }

        return body;
    }

    /// <summary>The statements between braces.</summary>
    public List<Statement> Body(StatementBlockAst block) =>
        [.. BlockShape.StatementsOf(block, _block.Program).Select(Of).OfType<Statement>()];

    /// <summary>A statement; null for one that fails, which is reported.</summary>
    public Statement? Of(StatementAst ast)
    {
        using var level = _block.Program.Enter(ast);
        var statement = _block.Program.Try(ast, Translate);
        statement?.SetSource(_block.Program.Positions.Of(ast));
        return statement;
    }

    /// <summary>The error for a statement that the language does not have.</summary>
    public CompileException Unsupported(StatementAst ast)
    {
        var (problem, advice) = ast switch
        {
            PipelineAst pipeline when ModernSyntax.IsBackground(pipeline) =>
                ("A kernel script has no background jobs.", "Leave the & out."),
            PipelineAst { PipelineElements: [.., CommandAst last] } =>
                ("There are no pipelines in the kernel.", PipelineAdvice(last)),
            FunctionDefinitionAst =>
                ("A function stands by itself, not inside another statement.", "Move it to the top of the script."),
            TryStatementAst or TrapStatementAst or ThrowStatementAst =>
                ("There are no exceptions in the kernel.", "Test with if, and return a verdict: return 'Pass'."),
            ExitStatementAst => ("A kernel script ends with a verdict.", "Write return, or return 'Pass'."),
            TypeDefinitionAst => ("Types cannot be defined in a kernel script.",
                "Declare a struct as the -Key or -Value of a map: [ordered]@{ Port = 'uint16' }."),
            UsingStatementAst => ("A using statement belongs at the top of the file.", null),
            DataStatementAst => ("There are no data sections in a kernel script.",
                "Assign outside, and write $using:name."),
            BlockStatementAst =>
                ("There are no parallel or sequence blocks in the kernel.", "Write the statements by themselves."),
            ErrorStatementAst => ("This is not complete.", null),
            _ when ModernSyntax.IsPipelineChain(ast) =>
                ("There are no pipelines in the kernel.", "Write -and or -or between conditions, or an if statement."),
            _ => ("This kind of statement does not exist in the kernel.",
                "There are assignments, if, switch, while, do, for, foreach, break, continue, function and return."),
        };
        return _block.Error(ast, DiagnosticIds.UnsupportedStatement, problem, advice);
    }

    private Statement Translate(StatementAst ast) => ast switch
    {
        PipelineAst pipeline when ModernSyntax.IsBackground(pipeline) => throw Unsupported(ast),
        PipelineAst { PipelineElements: [CommandExpressionAst element] } => Value(element),
        PipelineAst { PipelineElements: [CommandExpressionAst element, CommandAst last] } when IsOutNull(last) =>
        Dropped(element),
        PipelineAst { PipelineElements: [CommandAst command] } =>
            _block.Commands.Debug(command) ?? Put(_block.Commands.Value(command)),
        CommandExpressionAst element => Value(element),
        AssignmentStatementAst assignment => Assignment(assignment),
        ReturnStatementAst { Pipeline: null } => new ReturnStatement(),
        ReturnStatementAst { Pipeline: var value } => new ReturnStatement(_block.Expressions.OfStatement(value)),
        _ => _flow.Translate(ast) ?? throw Unsupported(ast),
    };

    // An expression by itself: what it does, or a value put out.
    private Statement Value(CommandExpressionAst element)
    {
        if (element.Redirections.Count > 0) throw _block.Expressions.Redirection(element);
        switch (element.Expression)
        {
            case UnaryExpressionAst unary when OperatorTranslator.IsStep(unary.TokenKind): return Step(unary);
            case ParenExpressionAst { Pipeline: PipelineAst { PipelineElements: [CommandExpressionAst only] } }
                when only.Expression is UnaryExpressionAst inner && OperatorTranslator.IsStep(inner.TokenKind):
                return Step(inner);
            case ConvertExpressionAst cast when CastTranslator.IsNamed(cast.Type.TypeName, "void"):
                return new ExpressionStatement(_block.Expressions.Of(cast.Child));
            case ConvertExpressionAst cast when CastTranslator.IsNamed(cast.Type.TypeName, "pscustomobject",
                "psobject"):
                return Output(cast);
            default: return Put(_block.Expressions.Of(element.Expression));
        }
    }

    private OutputStatement Output(ConvertExpressionAst cast)
    {
        var child = cast.Child;
        // [pscustomobject][ordered]@{…} is said with the same intent.
        while (child is ConvertExpressionAst inner && CastTranslator.IsNamed(inner.Type.TypeName, "ordered"))
            child = inner.Child;
        return child is HashtableAst table
            ? new OutputStatement(_block.Expressions.Struct(table))
            : throw _block.Error(child, DiagnosticIds.UnsupportedExpression, "An object is put out as it is written.",
                "Write its properties: [pscustomobject]@{ Port = $port }.");
    }

    /// <summary>
    /// A value by itself is a result, the last one of which counts. Calls made for what they do are none: methods of
    /// maps, helpers, and functions that give nothing. A redirect is for its verdict, and so a result.
    /// </summary>
    private static Statement Put(Expression value) => value switch
    {
        ObserveExpression => new ExpressionStatement(value),
        MapCallExpression { Operation: not MapOperation.Redirect } => new ExpressionStatement(value),
        HelperCallExpression { Name: var name } when !IsVerdict(name) => new ExpressionStatement(value),
        CallExpression { Function.HasResult: false } => new ExpressionStatement(value),
        StructExpression => throw new CompileException(DiagnosticIds.UnsupportedExpression,
            "A struct by itself does nothing.", value.Source,
            "To put it out as an object, write [pscustomobject]@{ … }."),
        _ => new ResultStatement(value),
    };

    private ExpressionStatement Dropped(CommandExpressionAst element) =>
        new(element.Redirections.Count > 0
            ? throw _block.Expressions.Redirection(element) : _block.Expressions.Of(element.Expression));

    private AssignStatement Step(UnaryExpressionAst unary)
    {
        var @operator = unary.TokenKind is TokenKind.PlusPlus or TokenKind.PostfixPlusPlus
            ? BinaryOperator.Add : BinaryOperator.Subtract;
        return new AssignStatement(_block.Targets.Of(unary.Child), _block.At(unary, new ConstantExpression(1L)),
            @operator);
    }

    private Statement Assignment(AssignmentStatementAst ast)
    {
        if (!OperatorTable.Assignment.TryGetValue(ast.Operator, out var @operator))
        {
            throw _block.Error(ast, DiagnosticIds.UnsupportedOperator,
                $"The kernel has no operator {ast.ErrorPosition.Text}.",
                "There are = += -= *= /= %= ++ and --.");
        }

        var isDropped = ast is { Operator: TokenKind.Equals, Left: VariableExpressionAst variable }
            && _block.Names.Resolve(variable) == new Name(NameKind.Constant);
        if (isDropped) return new ExpressionStatement(_block.Expressions.OfStatement(ast.Right));
        var target = _block.Targets.Of(ast.Left);
        var type = (ast.Left as ConvertExpressionAst)?.Type.TypeName;
        var value = type is ArrayTypeName && ExpressionTranslator.Only(ast.Right) is { } list
            and (ArrayLiteralAst or ArrayExpressionAst or ParenExpressionAst)
            ? _block.Casts.ArrayOf(type, list) ?? _block.Constants.Converted(type, list)
            : _block.Expressions.OfStatement(ast.Right);
        if (type is not null && CastTranslator.IsText(type))
            value = _block.At(ast.Right, new TextExpression(value));
        if ((target, value) is (LocalExpression { Local: var local }, HeaderExpression { Header: var header }))
            _block.Scope.Keep(local, header);
        return new AssignStatement(target, value, @operator);
    }

    private static bool IsOutNull(CommandAst command) => command.CommandElements.Count == 1
        && "Out-Null".Equals(command.GetCommandName(), StringComparison.OrdinalIgnoreCase);

    private static bool IsVerdict(string helper) =>
        MemberTable.VerdictHelpers.Contains(helper.StartsWith("bpf_", StringComparison.OrdinalIgnoreCase)
            ? helper[4..] : helper);

    private static string PipelineAdvice(CommandAst last) => last.GetCommandName()?.ToLowerInvariant() switch
    {
        "foreach-object" or "%" or "foreach" => "Write foreach ($i in 0..7) { … }.",
        "where-object" or "?" or "where" => "Write if (…) { … }.",
        "out-null" => "Write [void] before the value.",
        _ => "Write one statement after the other; work on what the script puts out in user space.",
    };
}
