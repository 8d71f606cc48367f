using EbpfCat.Language;

namespace EbpfCat.Tests.Reference;

/// <summary>Copies a program with one node replaced by something smaller.</summary>
/// <param name="node">The number of the node, in the order of the walk.</param>
/// <param name="alternative">Which of the smaller things to put in its place.</param>
internal sealed class ProgramRewriter(int node, int alternative)
{
    private readonly Dictionary<Function, Function> _functions = [];
    private int _next;

    /// <summary>Whether the program has this many nodes.</summary>
    public bool MetNode { get; private set; }

    /// <summary>Whether the node has this many alternatives.</summary>
    public bool Changed { get; private set; }

    /// <summary>A copy with nothing replaced.</summary>
    public static ProgramDefinition Copy(ProgramDefinition program) => new ProgramRewriter(-1, 0).Rewrite(program);

    /// <summary>A copy without a declaration or function.</summary>
    public static ProgramDefinition Without(ProgramDefinition program, object left) =>
        new ProgramRewriter(-1, 0).Rewrite(program, left);

    /// <summary>The copy.</summary>
    /// <param name="program">The program.</param>
    /// <param name="left">A declaration or function to leave out; null for none.</param>
    public ProgramDefinition Rewrite(ProgramDefinition program, object? left = null)
    {
        var copy = new ProgramDefinition(program.Name, program.Type)
        {
            License = program.License,
            DefaultAction = program.DefaultAction,
            MinimumPacketSize = program.MinimumPacketSize,
        };
        foreach (var variable in program.Variables.Where(IsKept)) copy.AddVariable(variable);
        foreach (var map in program.Maps.Where(IsKept)) copy.AddMap(map);
        foreach (var place in program.PacketVariables.Where(IsKept)) copy.AddPacketVariable(place);
        foreach (var function in program.Functions.Where(IsKept))
        {
            var other = new Function(function.Name, function.Parameters, Visit(function.Body))
            {
                ReturnType = function.ReturnType,
            };
            _functions[function] = copy.AddFunction(other);
        }

        copy.Append(Visit(program.Body));
        return copy;

        bool IsKept(object declared) => !ReferenceEquals(declared, left);
    }

    private List<Statement> Visit(IReadOnlyList<Statement> statements) => [.. statements.SelectMany(Visit)];

    private IReadOnlyList<Statement> Visit(Statement statement)
    {
        if (_next++ == node)
        {
            MetNode = true;
            var blocks = statement switch
            {
                IfStatement branch => [branch.Then, branch.Else],
                LoopStatement loop => [[.. loop.Initializer, .. loop.Body], loop.Initializer],
                ForeachStatement loop => [loop.Body],
                SwitchStatement choice => [.. choice.Clauses.Select(c => c.Body), choice.Default],
                AssignStatement { Operator: not null } compound =>
                    [[new AssignStatement(compound.Target, compound.Value)]],
                _ => new List<IReadOnlyList<Statement>>(),
            };
            if (alternative <= blocks.Count)
            {
                Changed = true;
                return alternative == 0 ? [] : Visit(blocks[alternative - 1]);
            }
        }

        return [Copy(statement)];
    }

    private Statement Copy(Statement statement) => statement switch
    {
        AssignStatement s => new AssignStatement(Visit(s.Target, isTarget: true), Visit(s.Value), s.Operator),
        ExpressionStatement s => new ExpressionStatement(Visit(s.Expression)),
        ResultStatement s => new ResultStatement(Visit(s.Value)),
        ReturnStatement s => new ReturnStatement(s.Value is null ? null : Visit(s.Value)),
        IfStatement s => new IfStatement(Visit(s.Condition), Visit(s.Then), Visit(s.Else)),
        LoopStatement s => new LoopStatement(s.Condition is null ? null : Visit(s.Condition), Visit(s.Body))
        {
            Initializer = Visit(s.Initializer),
            Step = Visit(s.Step),
            TestsAfter = s.TestsAfter,
        },
        ForeachStatement s => new ForeachStatement(s.Local, s.Values, Visit(s.Body))
        {
            IsRange = s.IsRange,
            IsArray = s.IsArray,
        },
        SwitchStatement s => new SwitchStatement(
            Visit(s.Value), [.. s.Clauses.Select(c => new SwitchClause(c.Value, Visit(c.Body)))], Visit(s.Default)),
        _ => statement,
    };

    // A target must stay a place: only its subexpressions are replaced.
    private Expression Visit(Expression expression, bool isTarget = false)
    {
        if (!isTarget && _next++ == node)
        {
            MetNode = true;
            var smaller = Smaller(expression).ToList();
            if (alternative < smaller.Count)
            {
                Changed = true;
                return Copy(smaller[alternative]);
            }
        }

        return Copy(expression, isTarget);
    }

    private static IEnumerable<Expression> Smaller(Expression expression)
    {
        if (expression is ConstantExpression { Value: not (0L or 1L) } constant)
        {
            yield return 0;
            yield return 1;
            if (constant.Value is long and (> 9 or < -9)) yield return 7;
            yield break;
        }

        foreach (var part in Parts(expression)) yield return part;
        if (expression is not (ConstantExpression or StructExpression))
        {
            yield return 0;
            yield return 1;
        }

        if (expression is StructExpression { Fields.Count: > 1 } record)
        {
            for (var i = 0; i < record.Fields.Count; i++)
                yield return new StructExpression([.. record.Fields.Where((_, at) => at != i)]);
        }
    }

    private static IEnumerable<Expression> Parts(Expression expression) => expression switch
    {
        BinaryExpression e => [e.Left, e.Right],
        UnaryExpression e => [e.Operand],
        CastExpression e => [e.Operand],
        ConditionalExpression e => [e.WhenTrue, e.WhenFalse, e.Condition],
        LetExpression e => [e.Body, e.Value],
        PacketReadExpression e => [e.Offset],
        MapEntryExpression e => [e.Key],
        MapContainsExpression e => [e.Key],
        CallExpression e => e.Arguments,
        MapCallExpression e => e.Arguments,
        IndexExpression e => [e.Index],
        FieldExpression e => Parts(e.Target),
        _ => [],
    };

    private Expression Copy(Expression expression, bool isTarget = false) => expression switch
    {
        BinaryExpression e => new BinaryExpression(e.Operator, Visit(e.Left), Visit(e.Right)),
        UnaryExpression e => new UnaryExpression(e.Operator, Visit(e.Operand)),
        CastExpression e => new CastExpression(e.Type, Visit(e.Operand)),
        ConditionalExpression e => new ConditionalExpression(Visit(e.Condition), Visit(e.WhenTrue), Visit(e.WhenFalse)),
        LetExpression e => new LetExpression(e.Local, Visit(e.Value), Visit(e.Body)),
        PacketReadExpression e => new PacketReadExpression(Visit(e.Offset), e.Type),
        MapEntryExpression e => new MapEntryExpression(e.Map, Visit(e.Key)),
        MapContainsExpression e => new MapContainsExpression(e.Map, Visit(e.Key)),
        MapCallExpression e => new MapCallExpression(e.Map, e.Operation, [.. e.Arguments.Select(a => Visit(a))]),
        CallExpression e => new CallExpression(_functions[e.Function], [.. e.Arguments.Select(a => Visit(a))]),
        FieldExpression e => new FieldExpression(Visit(e.Target, isTarget: true), e.Name),
        IndexExpression e => new IndexExpression(Visit(e.Target, isTarget: true), Visit(e.Index)),
        StructExpression e => new StructExpression(
            [.. e.Fields.Select(f => new KeyValuePair<string, Expression>(f.Key, Visit(f.Value)))]),
        _ => expression,
    };
}
