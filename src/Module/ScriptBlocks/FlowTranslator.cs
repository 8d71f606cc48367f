using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>Translates branches and loops.</summary>
internal sealed class FlowTranslator(BlockTranslation block)
{
    private enum Surrounding
    {
        Loop,
        Switch,
    }

    private readonly Stack<Surrounding> _surroundings = new();

    /// <summary>A branch, a loop or a way out of one; null for any other statement.</summary>
    public Statement? Translate(StatementAst ast)
    {
        if (ast is LabeledStatementAst { Label: not null } labelled)
        {
            throw block.Error(ast, DiagnosticIds.UnsupportedStatement,
                $"There are no labels (:{labelled.Label}) in a kernel script.",
                "Leave the inner loop by a variable that the outer one tests, "
                    + "or move both to a function and return from it.");
        }

        return ast switch
        {
            IfStatementAst branch => If(branch),
            SwitchStatementAst choice => Switch(choice),
            WhileStatementAst loop => new LoopStatement(Condition(loop.Condition), Inside(Surrounding.Loop, loop.Body)),
            DoWhileStatementAst loop => After(loop.Condition, loop.Body, until: false),
            DoUntilStatementAst loop => After(loop.Condition, loop.Body, until: true),
            ForStatementAst loop => For(loop),
            ForEachStatementAst loop => Foreach(loop),
            BreakStatementAst { Label: null } when _surroundings.Count > 0 => new BreakStatement(),
            ContinueStatementAst { Label: null } when _surroundings.Count > 0 => Continue(),
            BreakStatementAst { Label: not null } or ContinueStatementAst { Label: not null } => throw block.Error(ast,
                DiagnosticIds.UnsupportedStatement, "There are no labels in a kernel script.",
                "Leave the inner loop by a variable that the outer one tests."),
            BreakStatementAst or ContinueStatementAst => throw block.Error(ast, DiagnosticIds.UnsupportedStatement,
                "There is no loop or switch around this.", "To end the script, write return, or return 'Pass'."),
            _ => null,
        };
    }

    // In PowerShell continue in a switch goes on with the switch's next value, and there is only one.
    private Statement Continue() =>
        _surroundings.Peek() == Surrounding.Switch ? new BreakStatement() : new ContinueStatement();

    private Expression Condition(StatementAst ast) => block.Expressions.Condition(ast);

    private IfStatement If(IfStatementAst ast)
    {
        var (clauses, otherwise) = (new List<IfStatement>(), ast.ElseClause);
        foreach (var (test, body) in ast.Clauses)
        {
            var condition = Condition(test);
            if (block.Hooks.Decide(test, condition) is not { } decided)
            {
                var source = block.Program.Positions.Of(test);
                clauses.Add(new IfStatement(condition, block.Statements.Body(body)) { Source = source });
            }
            else if (decided)
            {
                otherwise = body;
                break;
            }
        }

        List<Statement> rest = otherwise is null ? [] : block.Statements.Body(otherwise);
        if (clauses.Count == 0) return new IfStatement(new ConstantExpression(true), rest);
        for (var i = clauses.Count - 1; i > 0; i--)
            rest = [new IfStatement(clauses[i].Condition, clauses[i].Then, rest) { Source = clauses[i].Source }];
        return new IfStatement(clauses[0].Condition, clauses[0].Then, rest);
    }

    private SwitchStatement Switch(SwitchStatementAst ast)
    {
        if ((ast.Flags & ~(SwitchFlags.Exact | SwitchFlags.CaseSensitive)) is not SwitchFlags.None and var flag)
        {
            throw block.Error(ast, DiagnosticIds.UnsupportedStatement, $"A switch has no -{flag} in the kernel.",
                "Its clauses are constants; for anything else write if and elseif.");
        }

        if (ExpressionTranslator.Only(ast.Condition) is { } subject && block.Hooks.IsName(subject)) return OfHook(ast);
        var value = Condition(ast.Condition);
        var clauses = ast.Clauses.Select(clause => new SwitchClause(block.Try(clause.Item1, ClauseValue),
                Inside(Surrounding.Switch, clause.Item2)))
            .ToArray();
        var otherwise = ast.Default is null ? null : Inside(Surrounding.Switch, ast.Default);
        var isCaseSensitive = ast.Flags.HasFlag(SwitchFlags.CaseSensitive);
        return new SwitchStatement(value, clauses, otherwise) { IsCaseSensitive = isCaseSensitive };
    }

    // A switch on the name of the hook has the clauses of this hook only. It stays a switch, which break leaves.
    private SwitchStatement OfHook(SwitchStatementAst ast)
    {
        foreach (var (value, _) in ast.Clauses) block.Hooks.RequireName(value);
        var own = ast.Clauses.Where(clause => clause.Item1 is StringConstantExpressionAst { Value: var name }
            && name.Equals(block.Program.Hook!.Current, StringComparison.OrdinalIgnoreCase)).ToArray();
        IEnumerable<StatementBlockAst> bodies = own.Length > 0 || ast.Default is null
            ? own.Select(clause => clause.Item2) : [ast.Default];
        var one = new ConstantExpression(1L);
        return new SwitchStatement(
            one, [new SwitchClause(one, [.. bodies.SelectMany(body => Inside(Surrounding.Switch, body))])]);
    }

    private Expression ClauseValue(ExpressionAst ast)
    {
        // To PowerShell -1 at the start of a clause is a word.
        if (ast is StringConstantExpressionAst { StringConstantType: StringConstantType.BareWord } word
            && long.TryParse(word.Value, System.Globalization.CultureInfo.InvariantCulture, out var number))
        {
            return block.At(ast, new ConstantExpression(number));
        }

        if (ast is not ScriptBlockExpressionAst && block.Lists.ItemsOf(ast) is [{ Last: null } item] && item.IsConstant)
            return item.First;
        throw block.Error(ast, DiagnosticIds.NotConstant, "The clauses of a switch are constants.",
            "Write if and elseif for conditions, and a clause for each of several values.");
    }

    private LoopStatement After(PipelineBaseAst condition, StatementBlockAst body, bool until)
    {
        var inside = Inside(Surrounding.Loop, body);
        var test = Condition(condition);
        if (until) test = block.At(condition, block.Operators.Not(condition, test));
        return new LoopStatement(test, inside) { TestsAfter = true };
    }

    private LoopStatement For(ForStatementAst ast)
    {
        var initializer = Step(ast.Initializer);
        var condition = ast.Condition is null ? null : Condition(ast.Condition);
        var body = Inside(Surrounding.Loop, ast.Body);
        return new LoopStatement(condition, body) { Initializer = initializer, Step = Step(ast.Iterator) };
    }

    private List<Statement> Step(PipelineBaseAst? ast) =>
        ast is not null && block.Statements.Of(ast) is { } step ? [step] : [];

    private ForeachStatement Foreach(ForEachStatementAst ast)
    {
        if (ast.Flags != ForEachFlags.None || ast.ThrottleLimit is not null)
        {
            throw block.Error(ast, DiagnosticIds.UnsupportedStatement,
                "A kernel script runs on one processor at a time.", "Leave -Parallel out.");
        }

        if (block.Names.Resolve(ast.Variable) is not { Kind: NameKind.Local, Value: Local local })
        {
            throw block.Error(ast.Variable, DiagnosticIds.DuplicateName,
                $"{ast.Variable.Extent.Text} means something else in this program.",
                "Give the loop a variable of its own.");
        }

        if (ExpressionTranslator.Only(ast.Condition) is not { } list)
        {
            throw block.Error(ast.Condition, DiagnosticIds.UnsupportedExpression,
                "A loop goes over a range or a list of constants.",
                "Write foreach ($i in 0..7) or foreach ($port in 80, 443).");
        }

        var items = block.Program.Try(list, block.Lists.ItemsOf) ?? [];
        if (items is [{ Last: { } last, First: var first }])
            return new ForeachStatement(local, [first, last], Inside(Surrounding.Loop, ast.Body)) { IsRange = true };
        if (items is [{ Last: null, IsConstant: false, First: not ErrorExpression and var array }])
            return new ForeachStatement(local, [array], Inside(Surrounding.Loop, ast.Body)) { IsArray = true };
        var values = block.Program.Try(items, _ => Expanded(items, list)) ?? [];
        return new ForeachStatement(local, values, Inside(Surrounding.Loop, ast.Body));
    }

    private List<Expression> Expanded(List<ListItem> items, ExpressionAst list)
    {
        if (items.Find(item => !item.IsConstant && item.First is not ErrorExpression) is not null)
        {
            throw block.Error(list, DiagnosticIds.NotConstant,
                "The values of the list are fixed when the program is built.",
                "A range may have ends that are computed: 0..$n.");
        }

        return [.. items.SelectMany(item => Expanded(item, list))];
    }

    // A range among other values is written out.
    private IEnumerable<Expression> Expanded(ListItem item, Ast ast)
    {
        if (item.Last is null) return [item.First];
        var (first, last) = item.IsInteger ? item.Bounds
            : throw block.Error(ast, DiagnosticIds.NotConstant, "The ends of a range are integers.", "Write 0..7.");
        if (last - first is < 0 or > MaxValues)
        {
            throw block.Error(ast, DiagnosticIds.TooManyValues,
                $"A list of more than {MaxValues} values is too long.", "Write a loop over the range by itself.");
        }

        var values = Enumerable.Range(0, (int)(last - first) + 1)
            .Select(i => (Expression)block.At(ast, new ConstantExpression(first + i)));
        return ((ConstantExpression)item.First).Value.Equals(first) ? values : values.Reverse();
    }

    private const int MaxValues = 1024;

    private List<Statement> Inside(Surrounding surrounding, StatementBlockAst body)
    {
        _surroundings.Push(surrounding);
        try
        {
            return block.Statements.Body(body);
        }
        finally
        {
            _surroundings.Pop();
        }
    }
}
