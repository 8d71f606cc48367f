namespace EbpfCat.Language;

/// <summary>Visits statements and expressions at any depth.</summary>
internal static class StatementWalker
{
    /// <summary>All statements of a program and its functions, each before those inside it.</summary>
    public static IEnumerable<Statement> All(ProgramDefinition program) =>
        All([.. program.Body, .. program.Functions.SelectMany(function => function.Body)]);

    /// <summary>All statements, each before those inside it.</summary>
    public static IEnumerable<Statement> All(IReadOnlyList<Statement> statements)
    {
        // A chain of elseif may be thousands deep: it is walked, not recursed into.
        var open = new Stack<Statement>();
        Push(statements, open);
        while (open.TryPop(out var statement))
        {
            yield return statement;
            var blocks = Blocks(statement);
            for (var i = blocks.Count - 1; i >= 0; i--) Push(blocks[i], open);
        }
    }

    /// <summary>All expressions of a program and its functions, each before those inside it.</summary>
    public static IEnumerable<Expression> Expressions(ProgramDefinition program) => Inside(All(program).Select(Roots));

    /// <summary>All expressions of all statements, each before those inside it.</summary>
    public static IEnumerable<Expression> Expressions(IReadOnlyList<Statement> statements) =>
        Inside(All(statements).Select(Roots));

    /// <summary>An expression and all inside it.</summary>
    public static IEnumerable<Expression> Inside(Expression expression) => Inside([[expression]]);

    /// <summary>
    /// Sets the place of a statement, and of the expressions in it that have none. Variables and locals keep none,
    /// since they stand in many statements.
    /// </summary>
    public static void SetSource(Statement statement, SourceSpan source)
    {
        statement.SetSource(source);
        var pending = new Stack<Expression>(Roots(statement));
        while (pending.TryPop(out var expression))
        {
            ArgumentNullException.ThrowIfNull(expression);
            if (expression.Source is not null) continue;
            if (expression is not (VariableExpression or LocalExpression or PacketVariableExpression))
                expression.SetSource(source);
            foreach (var part in Parts(expression)) pending.Push(part);
        }
    }

    /// <summary>The values that statements output or return.</summary>
    public static IEnumerable<Expression> Results(IReadOnlyList<Statement> statements)
    {
        foreach (var statement in All(statements))
        {
            if (statement is ResultStatement { Value: var result }) yield return result;
            else if (statement is ReturnStatement { Value: { } returned }) yield return returned;
        }
    }

    /// <summary>The values that locals of a program and its functions get.</summary>
    public static IEnumerable<LocalAssignment> Assignments(ProgramDefinition program) =>
        Assignments([.. program.Body, .. program.Functions.SelectMany(function => function.Body)]);

    /// <summary>The values that locals get from assignments, from loops over them, and from calls.</summary>
    public static IEnumerable<LocalAssignment> Assignments(IReadOnlyList<Statement> statements)
    {
        foreach (var statement in All(statements))
        {
            switch (statement)
            {
                case AssignStatement { Target: LocalExpression target } assignment:
                    yield return new(target.Local, assignment.Value, assignment.Operator);
                    break;
                case ForeachStatement loop:
                    foreach (var value in loop.FirstElement is { } element ? [element] : loop.Values)
                        yield return new(loop.Local, value);
                    break;
            }
        }

        foreach (var expression in Expressions(statements))
        {
            switch (expression)
            {
                case LetExpression let:
                    yield return new(let.Local, let.Value);
                    break;
                case CallExpression call:
                    foreach (var (parameter, argument) in call.Function.Parameters.Zip(call.Arguments))
                        yield return new(parameter, argument);
                    break;
            }
        }
    }

    /// <summary>The value that a local gets.</summary>
    /// <param name="Operator">The operator that combines it with the old value; null if it replaces that.</param>
    internal readonly record struct LocalAssignment(Local Local, Expression Value, BinaryOperator? Operator = null);

    /// <summary>The lists of statements inside a statement.</summary>
    internal static IReadOnlyList<IReadOnlyList<Statement>> Blocks(Statement statement) => statement switch
    {
        IfStatement branch => [branch.Then, branch.Else],
        LoopStatement loop => [loop.Initializer, loop.Body, loop.Step],
        ForeachStatement loop => [loop.Body],
        SwitchStatement choice => [.. choice.Clauses.Select(clause => clause.Body), choice.Default],
        _ => [],
    };

    /// <summary>The expressions of a statement, without those inside them.</summary>
    internal static IReadOnlyList<Expression> Roots(Statement statement)
    {
        switch (statement)
        {
            case AssignStatement assignment: return [assignment.Target, assignment.Value];
            case ExpressionStatement expression: return [expression.Expression];
            case ResultStatement result: return [result.Value];
            case ReturnStatement { Value: { } value }: return [value];
            case OutputStatement output: return [output.Record];
            case DebugStatement debug: return debug.Parts;
            case IfStatement branch: return [branch.Condition];
            case LoopStatement { Condition: { } condition }: return [condition];
            case ForeachStatement loop: return loop.Values;
            case SwitchStatement choice: return [choice.Value, .. choice.Clauses.Select(c => c.Value)];
            default: return [];
        }
    }

    /// <summary>The expressions directly inside an expression.</summary>
    internal static IReadOnlyList<Expression> Parts(Expression expression) => expression switch
    {
        BinaryExpression binary => [binary.Left, binary.Right],
        UnaryExpression unary => [unary.Operand],
        CastExpression cast => [cast.Operand],
        LetExpression let => [let.Value, let.Body],
        TextExpression text => [text.Operand],
        MemoryReadExpression read => read.Length is null ? [read.Pointer] : [read.Pointer, read.Length],
        RememberedTextExpression text =>
        [
            .. new[] { text.Address, text.Copy, text.CopyLength, text.NewStart, text.NewEnd }
                .OfType<Expression>(),
        ],
        ConditionalExpression conditional => [conditional.Condition, conditional.WhenTrue, conditional.WhenFalse],
        PacketReadExpression read => [read.Offset],
        MapEntryExpression entry => [entry.Key],
        InnerEntryExpression entry => [entry.OuterKey, entry.Key],
        MapContainsExpression contains => [contains.Key],
        MapCallExpression call => call.Arguments,
        ObserveExpression observation => [observation.Target, observation.Value],
        FieldExpression field => [field.Target],
        IndexExpression index => [index.Target, index.Index],
        StructExpression record => [.. record.Fields.Select(f => f.Value)],
        HelperCallExpression call => call.Arguments,
        CallExpression call => call.Arguments,
        _ => [],
    };

    private static IEnumerable<Expression> Inside(IEnumerable<IReadOnlyList<Expression>> roots)
    {
        var open = new Stack<Expression>();
        foreach (var root in roots)
        {
            Push(root, open);
            while (open.TryPop(out var next))
            {
                yield return next;
                Push(Parts(next), open);
            }
        }
    }

    // So that the first is visited first.
    private static void Push<T>(IReadOnlyList<T> nodes, Stack<T> open)
    {
        for (var i = nodes.Count - 1; i >= 0; i--) open.Push(nodes[i]);
    }
}
