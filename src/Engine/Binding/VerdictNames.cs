namespace EbpfCat.Binding;

/// <summary>
/// Finds the texts that name verdicts: those that become the program's result or that of a redirection that goes
/// nowhere, by themselves, through a local or a function, and those that such a local is compared with. They are
/// numbers then.
/// </summary>
internal sealed class VerdictNames
{
    private readonly HashSet<Expression> _names = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<object> _carriers = new(ReferenceEqualityComparer.Instance);
    private readonly Lazy<ILookup<Local, Expression>> _assigned;

    private VerdictNames(ProgramDefinition program) => _assigned = new(() =>
    {
        IReadOnlyList<Statement>[] bodies = [program.Body, .. program.Functions.Select(function => function.Body)];
        return bodies.SelectMany(StatementWalker.Assignments).ToLookup(each => each.Local, each => each.Value);
    });

    /// <summary>The constants of a program that name verdicts.</summary>
    public static IReadOnlySet<Expression> Find(ProgramDefinition program, IReadOnlyList<Expression> expressions)
    {
        var verdicts = new VerdictNames(program);
        verdicts.AddResults(program.Body);
        foreach (var expression in expressions)
        {
            if (expression is MapCallExpression { Operation: MapOperation.Redirect, Arguments: [_, var otherwise] })
                verdicts.Add(otherwise);
        }

        if (verdicts is { _carriers.Count: > 0, _names.Count: > 0 }) verdicts.AddCompared(program, expressions);
        return verdicts._names;
    }

    private void AddResults(IReadOnlyList<Statement> body)
    {
        foreach (var value in StatementWalker.Results(body)) Add(value);
    }

    private void Add(Expression value)
    {
        switch (value)
        {
            case ConstantExpression { Value: string }:
                _names.Add(value);
                break;
            case ConditionalExpression choice:
                Add(choice.WhenTrue);
                Add(choice.WhenFalse);
                break;
            case LocalExpression { Local: var local } when _carriers.Add(local):
                foreach (var assigned in _assigned.Value[local]) Add(assigned);
                break;
            case CallExpression { Function: var function } when _carriers.Add(function):
                AddResults(function.Body);
                break;
        }
    }

    // A value that is compared several times, as by -in, is computed once into a local of its own.
    private void AddCompared(ProgramDefinition program, IReadOnlyList<Expression> expressions)
    {
        foreach (var expression in expressions)
        {
            switch (expression)
            {
                case LetExpression let when Carries(let.Value):
                    _carriers.Add(let.Local);
                    break;
                case BinaryExpression
                {
                    Operator: >= BinaryOperator.Equal and <= BinaryOperator.CaseSensitiveStartsWith,
                    Left: var left,
                    Right: var right,
                }:
                    if (Carries(left)) Add(right);
                    if (Carries(right)) Add(left);
                    break;
            }
        }

        foreach (var choice in StatementWalker.All(program).OfType<SwitchStatement>()
            .Where(choice => Carries(choice.Value)))
        {
            foreach (var clause in choice.Clauses) Add(clause.Value);
        }
    }

    private bool Carries(Expression value) => value switch
    {
        LocalExpression { Local: var local } => _carriers.Contains(local),
        CallExpression { Function: var function } => _carriers.Contains(function),
        _ => false,
    };
}
