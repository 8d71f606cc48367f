using System.Collections.Immutable;

namespace EbpfCat.Binding;

internal sealed class StatementBinder(BindingContext context)
{
    private readonly AssignmentBinder _assignments = new(context);
    private readonly Dictionary<Function, BoundFunction> _functions = [];
    private HashSet<Label> _labels = [];

    // The number of loops, and of loops and switches, around the statement.
    private (int Loops, int Targets) _around;

    private ExpressionBinder Expressions => context.Expressions;

    /// <summary>Binds the statements of the program or a function.</summary>
    /// <returns>The statements, and the labels in them.</returns>
    public (List<BoundStatement> Body, List<Label> Labels) BindBody(IReadOnlyList<Statement> body)
    {
        var outer = (_labels, _around);
        (_labels, _around) = ([], default);
        var labels = new List<Label>();
        foreach (var mark in StatementWalker.All(body).OfType<LabelStatement>())
        {
            if (_labels.Add(mark.Label)) labels.Add(mark.Label);
            else Error(DiagnosticIds.DuplicateLabel, $"The label '{mark.Label.Name}' is marked twice.", mark.Source);
        }

        var bound = Bind(body);
        (_labels, _around) = outer;
        return (bound, labels);
    }

    /// <summary>A function that is called; its body is bound when it is first called.</summary>
    public BoundFunction BindFunction(Function function)
    {
        if (_functions.TryGetValue(function, out var bound)) return bound;
        var result = context.Typer.ReturnTypeOf(function) as ScalarType ?? ScalarType.Int64;
        bound = new BoundFunction(function.Name, [.. function.Parameters.Select(context.Local)], result);
        _functions[function] = bound;
        if (function.ReturnType is { } declared && Typer.Plain(declared) is not (ScalarType or StringType))
        {
            Error(DiagnosticIds.WrongType, $"The function '{function.Name}' cannot return {declared.Name}.",
                function.Source,
                "A function returns a number.");
        }

        var (caller, calls, labels) = (context.Function, context.CallCount, context.LabelCount);
        var addresses = context.Addresses.State;
        (context.Function, context.Addresses.State) = (function, AddressKinds.Nothing);
        (bound.Body, bound.Labels) = BindBody(function.Body);
        bound.Locals = [.. LocalsOf(function).Select(context.Local)];
        (context.Function, context.CallCount, context.LabelCount) = (caller, calls, labels);
        context.Addresses.State = addresses;
        return bound;
    }

    private static IEnumerable<Local> LocalsOf(Function function)
    {
        var inner = StatementWalker.Expressions(function.Body).OfType<CallExpression>().Select(call => call.Function)
            .Distinct()
            .SelectMany(Named);
        return Named(function).Except(inner).Except(function.Parameters);

        static IEnumerable<Local> Named(Function function) =>
            StatementWalker.All(function.Body).OfType<ForeachStatement>().Select(loop => loop.Local)
            .Concat(StatementWalker.Expressions(function.Body).OfType<LocalExpression>().Select(use => use.Local));
    }

    private void Error(string id, string problem, SourceSpan? source, string? suggestion = null) =>
        context.Error(id, problem, source, suggestion);

    private List<BoundStatement> Bind(IReadOnlyList<Statement> statements)
    {
        var bound = new List<BoundStatement>(statements.Count);
        foreach (var statement in statements) bound.Add(Bind(statement));
        return bound;
    }

    public BoundStatement Bind(Statement statement)
    {
        var (calls, labels, place) = (context.CallCount, context.LabelCount, context.Diagnostics.StatementSource);
        context.CallCount = 0;
        context.Diagnostics.StatementSource = statement.Source ?? place;
        var bound = BindCore(statement);
        // A chain of elseif has counted for each of its links already.
        if (bound is not BoundIf)
        {
            bound =
            bound with { CallCount = context.CallCount, HasLabel = context.LabelCount > labels };
        }

        context.CallCount = calls;
        context.Diagnostics.StatementSource = place;
        return bound;
    }

    private BoundStatement BindCore(Statement statement)
    {
        var source = statement.Source;
        switch (statement)
        {
            case AssignStatement assignment: return _assignments.Bind(assignment);
            case ExpressionStatement { Expression: var expression }:
                return new BoundEffect(Expressions.Bind(expression), source);
            case ResultStatement { Value: var value }: return BindResult(value, source);
            case ReturnStatement { Value: var value }:
                var returned = new BoundReturn(value is null ? null : BindResult(value, source), source);
                context.Addresses.State = null;
                return returned;
            case IfStatement branch: return BindIf(branch);
            case LoopStatement loop: return BindLoop(loop);
            case ForeachStatement { IsRange: true } loop: return BindRange(loop);
            case ForeachStatement { IsArray: true } loop: return BindArray(loop);
            case ForeachStatement loop: return BindList(loop);
            case SwitchStatement choice: return BindSwitch(choice);
            case BreakStatement:
                if (_around.Targets == 0)
                {
                    Error(DiagnosticIds.BreakOutsideLoop, "break stands outside a loop or switch.", source,
                        "Use return to end the program.");
                }

                context.Addresses.State = null;
                return new BoundBreak(source);
            case ContinueStatement:
                if (_around.Loops == 0)
                {
                    Error(DiagnosticIds.ContinueOutsideLoop, "continue stands outside a loop.", source,
                        "Use return to end the program.");
                }

                context.Addresses.State = null;
                return new BoundContinue(source);
            case GotoStatement { Label: var label }:
                if (!_labels.Contains(label))
                    Error(DiagnosticIds.UnknownLabel, $"The label '{label.Name}' is jumped to but not marked.", source);
                context.Addresses.State = null;
                return new BoundGoto(label, source);
            case LabelStatement { Label: var label }:
                context.LabelCount++;
                context.Addresses.State = AddressKinds.Nothing;
                return new BoundLabel(label, source);
            case OutputStatement { Record: var record }:
                if (Expressions.Bind(record) is not BoundStruct fields) return new BoundErrorStatement(source);
                var output = OutputTexts.Resize(fields);
                return new BoundOutput(context.Resources.RecordNumber(output.Struct), output, source);
            case DebugStatement debug: return BindDebug(debug);
            default: throw new UnreachableException(statement.GetType().Name);
        }
    }

    private BoundResult BindResult(Expression expression, SourceSpan? source)
    {
        var value = Expressions.Bind(expression);
        var function = context.Function;
        if (value.Type is not (ScalarType or ErrorType))
        {
            Error(DiagnosticIds.WrongType,
                $"{value.Type.Name} cannot be the {(function is null ? "verdict" : "value of a function")}.",
                expression.Source, function is null
                    ? "Give a verdict's name or a number."
                    : "Give a number; a text names a verdict only where the program's "
                        + "result is what the function returns.");
        }

        var type = function is null
            ? ScalarType.Int64 : context.Typer.ReturnTypeOf(function) as ScalarType ?? value.Type as ScalarType;
        return new BoundResult(value, type ?? ScalarType.Int64, source);
    }

    // The links of a chain of elseif are bound one after the other: a chain may be longer than the stack is deep.
    private BoundIf BindIf(IfStatement first)
    {
        var links = new List<BoundIf>();
        var (before, ends) = (context.Addresses.State, new List<ImmutableDictionary<BoundLocal, AddressType>?>());
        IReadOnlyList<BoundStatement> otherwise;
        for (var link = first; ;)
        {
            context.CallCount = 0;
            context.Diagnostics.StatementSource = link.Source ?? context.Diagnostics.StatementSource;
            var condition = Expressions.BindCondition(link.Condition);
            var calls = context.CallCount;
            var labels = context.LabelCount;
            links.Add(new BoundIf(condition, Bind(link.Then), [], link.Source)
            {
                CallCount = calls,
                HasLabel = context.LabelCount > labels,
            });
            ends.Add(context.Addresses.State);
            context.Addresses.State = before;
            if (link.Else is not [IfStatement next])
            {
                otherwise = Bind(link.Else);
                break;
            }

            link = next;
        }

        context.Addresses.Join([.. ends, context.Addresses.State]);
        for (var i = links.Count - 1; i >= 0; i--)
        {
            var hasLabel = links[i].HasLabel || otherwise.Any(s => s.HasLabel);
            var link = links[i] with { Else = otherwise, HasLabel = hasLabel };
            if (i == 0) return link;
            otherwise = [link];
        }

        throw new UnreachableException();
    }

    private BoundLoop BindLoop(LoopStatement loop)
    {
        var changes = context.PacketChangeCount;
        var initializer = Bind(loop.Initializer);
        context.Addresses.Forget([.. loop.Body, .. loop.Step]);
        var addresses = context.Addresses.State;
        var condition = loop.Condition is null ? null : Expressions.BindCondition(loop.Condition);
        var body = BindInside(loop.Body, isLoop: true);
        var step = Bind(loop.Step);
        context.Addresses.State = addresses;
        return new BoundLoop(condition, body, loop.Source)
        {
            Initializer = initializer,
            Step = step,
            TestsAfter = loop.TestsAfter,
            ChangesPacket = context.PacketChangeCount > changes,
        };
    }

    private List<BoundStatement> BindInside(IReadOnlyList<Statement> body, bool isLoop)
    {
        var (outer, addresses) = (_around, context.Addresses.State);
        _around = (_around.Loops + (isLoop ? 1 : 0), _around.Targets + 1);
        var bound = Bind(body);
        (_around, context.Addresses.State) = (outer, addresses);
        return bound;
    }

    // The counter is a separate variable: an assignment to the loop variable in the body does not change it.
    private BoundRangeLoop BindRange(ForeachStatement loop)
    {
        var (source, changes) = (loop.Source, context.PacketChangeCount);
        var counter = new BoundLocalAccess(new BoundLocal(loop.Local.Name, ScalarType.Int64), source);
        var first = Expressions.BindNumber(loop.Values[0]);
        var firstCalls = context.CallCount;
        var last = Expressions.BindNumber(loop.Values[1]);
        var isDown = Constants.Integer(loop.Values[0]) is { } a && Constants.Integer(loop.Values[1]) is { } b && a > b;
        BoundAssignment? limit = null;
        if (Constants.Integer(loop.Values[1]) is null)
        {
            var end = new BoundLocalAccess(new BoundLocal(loop.Local.Name + ".last", ScalarType.Int64), source);
            limit = new BoundAssignment(end, last, null, source);
            last = end;
        }

        context.Addresses.Forget(loop.Body);
        var target = new BoundLocalAccess(context.Local(loop.Local), source);
        var turn = new BoundAssignment(target, context.Conversions.Check(counter, target.Type, source), null, source);
        var one = new BoundConstant(ScalarType.Int64, 1L, null);
        var next = new BoundBinary(
            ScalarType.Int64, isDown ? BinaryOperator.Subtract : BinaryOperator.Add, counter, one, ScalarType.Int64,
            source);
        var body = BindInside(loop.Body, isLoop: true);
        return new BoundRangeLoop(limit, new BoundLoop(
            new BoundBinary(ScalarType.Boolean, isDown ? BinaryOperator.GreaterOrEqual : BinaryOperator.LessOrEqual,
                counter, last,
                ScalarType.Int64, null),
            [turn, .. body], source)
        {
            Initializer = [new BoundAssignment(counter, first, null, source) { CallCount = firstCalls }],
            Step = [new BoundAssignment(counter, next, null, source)],
            ChangesPacket = context.PacketChangeCount > changes,
            HasLabel = body.Exists(s => s.HasLabel),
        }, source);
    }

    // A loop over the indices. An array that is not a variable is computed once.
    private BoundStatement BindArray(ForeachStatement loop)
    {
        var (source, array) = (loop.Source, loop.Values[0]);
        var type = context.Typer.TypeOf(array);
        if (type is not (ArrayType or BytesType))
        {
            if (Expressions.Bind(array).Type is not ErrorType and var given)
            {
                Error(DiagnosticIds.NotAnArray, $"A loop over {given.Name} has no elements.", array.Source ?? source,
                    "Loop over an array, a range, or a list of constants.");
            }

            Bind(loop.Body);
            return new BoundErrorStatement(source);
        }

        BoundAssignment? copy = null;
        if (array is not (LocalExpression or VariableExpression))
        {
            var local = new Local(loop.Local.Name + ".array", type);
            var (before, value) = (context.CallCount, Expressions.BindAs(array, type, source));
            copy = new BoundAssignment(new BoundLocalAccess(context.Local(local), source), value, null, source)
            {
                CallCount = context.CallCount - before,
            };
            array = local;
        }

        var index = new Local(loop.Local.Name + ".index", ScalarType.Int64);
        var element = new AssignStatement(loop.Local, new IndexExpression(array, index)) { Source = source };
        var last = type.Size / Typer.ElementOf(type)!.Size - 1;
        var range = BindRange(new ForeachStatement(index, [0, last], [element, .. loop.Body])
        {
            IsRange = true,
            Source = source,
        });
        return range with { Limit = copy };
    }

    private BoundListLoop BindList(ForeachStatement loop)
    {
        var target = new BoundLocalAccess(context.Local(loop.Local), loop.Source);
        BoundAssignment[] values =
        [
            .. loop.Values.Select(value =>
                new BoundAssignment(target, Expressions.BindAs(value, target.Type, loop.Source), null, loop.Source)),
        ];
        context.Addresses.Forget([loop]);
        return new BoundListLoop(values, BindInside(loop.Body, isLoop: true), loop.Source);
    }

    private BoundSwitch BindSwitch(SwitchStatement choice)
    {
        // The value is computed once.
        var value = Expressions.Bind(choice.Value);
        var holder = new Local("switch", value.Type);
        context.ComparedValues[holder] = choice.Value;
        var equal = choice.IsCaseSensitive ? BinaryOperator.CaseSensitiveEqual : BinaryOperator.Equal;
        // Any of the clauses may run, and several one after the other.
        context.Addresses.Forget([choice]);
        var clauses = choice.Clauses.Select(clause => new BoundClause(
            Expressions.Bind(new BinaryExpression(equal, holder, clause.Value) { Source = clause.Value.Source }),
            BindInside(clause.Body, isLoop: false))).ToArray();
        return new BoundSwitch(
            context.Local(holder), value, clauses, BindInside(choice.Default, isLoop: false), choice.Source)
        {
            Headers = context.Presence.HeadersOf(choice.Value),
            ComputesAlways =
                context.Presence.HasEffects(choice.Value, context.Presence.HeadersOf(choice.Value)),
        };
    }

    private BoundDebug BindDebug(DebugStatement debug)
    {
        const int maxValues = 3;
        var parts = new List<BoundDebugPart>();
        foreach (var part in debug.Parts)
        {
            if (part is ConstantExpression { Value: string text })
            {
                parts.Add(new(text, null));
                continue;
            }

            var value = Expressions.Bind(part);
            if (value.Type is not (ScalarType or StringType or AddressType or ErrorType))
                Error(DiagnosticIds.WrongType, $"{value.Type.Name} cannot be written to the trace log.", part.Source);
            parts.Add(new(null, value));
        }

        var values = parts.Count(part => part.Value is not null);
        if (values > maxValues)
        {
            Error(DiagnosticIds.TooManyDebugValues,
                $"The trace log takes at most {maxValues} values a line, not {values}.", debug.Source,
                "Write two lines.");
        }

        return new BoundDebug(parts, debug.Source);
    }
}
