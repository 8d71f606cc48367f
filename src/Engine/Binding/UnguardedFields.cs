using System.Collections.Immutable;

namespace EbpfCat.Binding;

/// <summary>
/// Warns of fields that are read or written where no test has shown that the packet has their header. Follows the paths
/// of the program; a test counts for the rest of its path, also where the packet is changed after it.
/// </summary>
internal sealed class UnguardedFields
{
    private readonly BindingContext _context;
    private readonly Dictionary<(BoundFunction, string), ImmutableHashSet<PacketHeader>> _calls = [];
    private readonly Dictionary<Label, State?> _gotos = [];

    // The facts at the targets of break, continue and return.
    private State? _broken;
    private State? _continued;
    private State? _returned;
    private BoundLocal _result = new("result", ScalarType.Int64);

    private UnguardedFields(BindingContext context) => _context = context;

    /// <summary>Warns of each such place once.</summary>
    public static void Report(IReadOnlyList<BoundStatement> body, BindingContext context) =>
        new UnguardedFields(context).Run(body, State.Start);

    /// <summary>The facts at a point of a path.</summary>
    /// <param name="Headers">The headers that the packet has.</param>
    /// <param name="Absent">The headers that the packet does not have.</param>
    /// <param name="Alternatives">Sets of headers, of each of which the packet has at least one.</param>
    /// <param name="Locals">
    /// The headers that the packet has if a local is neither zero nor false; null where it is always zero.
    /// </param>
    private sealed record State(ImmutableHashSet<PacketHeader> Headers, ImmutableHashSet<PacketHeader> Absent,
        ImmutableList<ImmutableHashSet<PacketHeader>> Alternatives,
        ImmutableDictionary<BoundLocal, ImmutableHashSet<PacketHeader>?> Locals)
    {
        private const int MaxAlternatives = 8;

        public static State Start { get; } = new([], [], [],
            ImmutableDictionary<BoundLocal, ImmutableHashSet<PacketHeader>?>.Empty);

        /// <summary>The facts where two paths meet; null for a path that ends before.</summary>
        public static State? Meet(State? a, State? b)
        {
            if (a is null || b is null) return a ?? b;
            if (ReferenceEquals(a, b)) return a;
            var locals = a.Locals;
            foreach (var (local, other) in ReferenceEquals(a.Locals, b.Locals) ? [] : b.Locals)
            {
                var both = a.Locals.GetValueOrDefault(local) is { } one
                    ? other is null ? one : one.Intersect(other)
                    : other;
                locals = locals.SetItem(local, both);
            }

            var alternatives = Clauses(a, b).SelectMany(_ => Clauses(b, a), (one, other) => one.Union(other));
            return new State(a.Headers.Intersect(b.Headers), a.Absent.Intersect(b.Absent), [.. alternatives], locals);
        }

        // The alternatives of a path, and the headers that are known on it alone.
        private static IEnumerable<ImmutableHashSet<PacketHeader>> Clauses(State state, State other) =>
            state.Headers.Except(other.Headers).Select(ImmutableHashSet.Create).Concat(state.Alternatives)
                .Take(MaxAlternatives);

        /// <summary>The facts if a header is absent.</summary>
        public State Without(PacketHeader header)
        {
            var absent = Absent.Add(header);
            var last = Alternatives.Select(headers => headers.Except(absent)).Where(rest => rest.Count == 1);
            return this with { Absent = absent, Headers = Headers.Union(last.SelectMany(rest => rest)) };
        }

        public State With(IEnumerable<PacketHeader> headers)
        {
            var known = Headers.Union(headers);
            if (known.Count == Headers.Count) return this;
            var sets = known.Except(Headers).SelectMany(AlternativesWith).Select(set => set.Except(Absent)).ToList();
            return this with
            {
                Headers = known.Union(sets.Where(set => set.Count == 1).SelectMany(set => set)),
                Alternatives = [.. Alternatives, .. sets.Where(set => set.Count > 1)],
            };
        }

        /// <summary>Whether the packet has a header, or one of its alternatives.</summary>
        public bool Has(PacketHeader header)
        {
            // What is behind this one or an absent one is behind this one.
            PacketHeader[] any = [header, .. header.Alternatives, .. Absent];
            return Headers.Any(one => IsBehind(one, any))
                || Alternatives.Exists(headers => headers.All(one => IsBehind(one, any)));
        }

        // Whether a header is one of others, or has one of them before it wherever it lies.
        private static bool IsBehind(PacketHeader header, PacketHeader[] others) => others.Contains(header)
            || (header.Locations.Count > 0 && header.Locations.All(place => IsBehind(place.Parent, others)))
            || (header.Alternatives.Length > 0 && header.Alternatives.All(one => IsBehind(one, others)));

        // The sets of headers, of each of which a packet has one if it has a header.
        private static IEnumerable<ImmutableHashSet<PacketHeader>> AlternativesWith(PacketHeader header)
        {
            if (header.Alternatives.Length > 0) yield return [.. header.Alternatives];
            var parents = PacketHeaders.AlternativesOf(header).SelectMany(one => one.Locations)
                .Select(location => location.Parent).ToImmutableHashSet();
            if (parents.Count > 1) yield return parents;
        }

        public State WithLocal(BoundLocal local, ImmutableHashSet<PacketHeader>? headers) =>
            this with { Locals = Locals.SetItem(local, headers) };
    }

    // ---- statements

    private State? Run(IReadOnlyList<BoundStatement> statements, State? state)
    {
        foreach (var statement in statements)
        {
            if (statement is BoundLabel { Label: var label })
                state = State.Meet(state, _gotos.GetValueOrDefault(label));
            if (state is null) continue;
            var place = _context.Diagnostics.StatementSource;
            _context.Diagnostics.StatementSource = statement.Source ?? place;
            state = Run(statement, state);
            _context.Diagnostics.StatementSource = place;
        }

        return state;
    }

    private State? Run(BoundStatement statement, State state)
    {
        switch (statement)
        {
            case BoundAssignment assignment:
                return Assign(assignment, state);
            case BoundEffect { Expression: var expression }:
                return Visit(expression, state);
            case BoundResult { Value: var value }:
                return Keep(_result, value, state);
            case BoundReturn { Result: var result }:
                _returned = State.Meet(_returned, result is null ? state : Keep(_result, result.Value, state));
                return null;
            case BoundIf branch:
                return RunIf(branch, state);
            case BoundRangeLoop { Limit: var limit, Loop: var loop }:
                return RunLoop(loop, limit is null ? state : Assign(limit, state));
            case BoundLoop loop:
                return RunLoop(loop, state);
            case BoundListLoop loop:
                return Within(() =>
                {
                    foreach (var value in loop.Values) state = Assign(value, state);
                    return State.Meet(State.Meet(Run(loop.Body, state), state), _continued);
                });
            case BoundSwitch choice:
                return Within(() => RunSwitch(choice, state), isLoop: false);
            case BoundBreak:
                _broken = State.Meet(_broken, state);
                return null;
            case BoundContinue:
                _continued = State.Meet(_continued, state);
                return null;
            case BoundGoto { Label: var label }:
                _gotos[label] = State.Meet(_gotos.GetValueOrDefault(label), state);
                return null;
            case BoundOutput { Record: var record }:
                return Visit(record, state);
            case BoundDebug debug:
                return Visit(debug.Parts.Select(part => part.Value).OfType<BoundExpression>(), state);
            default:
                return state;
        }
    }

    private State Assign(BoundAssignment assignment, State state)
    {
        switch (assignment.Target)
        {
            case BoundLocalAccess { Local: var local }:
                return Keep(local, assignment.Value, state);
            case BoundHeaderField field:
                state = Visit(assignment.Value, state);
                Check(field, isWritten: true, state);
                return state;
            default:
                return Visit(Parts(assignment.Target), Visit(assignment.Value, state));
        }
    }

    // Remembers what follows where the local is true.
    private State Keep(BoundLocal local, BoundExpression value, State state)
    {
        var (whenTrue, whenFalse) = Ask(value, state);
        return (State.Meet(whenTrue, whenFalse) ?? state).WithLocal(local, whenTrue?.Headers);
    }

    // A chain of elseif may be longer than the stack is deep.
    private State? RunIf(BoundIf branch, State state)
    {
        State? after = null;
        while (true)
        {
            var (whenTrue, whenFalse) = branch.IsImplied ? (state, state) : Ask(branch.Condition, state);
            after = State.Meet(after, Run(branch.Then, whenTrue));
            if (branch.Else is not [BoundIf next] || whenFalse is null)
                return State.Meet(after, Run(branch.Else, whenFalse));
            (branch, state) = (next, whenFalse);
            _context.Diagnostics.StatementSource = next.Source ?? _context.Diagnostics.StatementSource;
        }
    }

    private State? RunLoop(BoundLoop loop, State start) => Within(() =>
    {
        State? none = null;
        var state = Run(loop.Initializer, start);
        var (body, after) = state is not null && loop is { TestsAfter: false, Condition: { } condition }
            ? Ask(condition, state)
            : (state, none);
        var next = Run(loop.Step, State.Meet(Run(loop.Body, body), _continued));
        return loop is { TestsAfter: true, Condition: { } last } && next is not null
            ? Ask(last, next).WhenFalse
            : after;
    });

    private State? RunSwitch(BoundSwitch choice, State state)
    {
        state = Keep(choice.Local, choice.Value, state.With(choice.Headers)) with { Headers = state.Headers };
        var unmatched = state;
        State? next = state.With(choice.Headers.SelectMany(Implied));
        foreach (var clause in choice.Clauses)
        {
            if (next is null) break;
            var (whenTrue, whenFalse) = Ask(clause.Condition, next);
            if (clause.Condition is BoundBinary { Right: BoundConstant value } && whenTrue is not null)
                whenTrue = whenTrue.With(NamedBy(choice.Value, value));
            next = State.Meet(Run(clause.Body, whenTrue), whenFalse);
        }

        return State.Meet(next, Run(choice.Default, unmatched));
    }

    private State? Within(Func<State?> run, bool isLoop = true)
    {
        var (broken, continued) = (_broken, _continued);
        _broken = null;
        if (isLoop) _continued = null;
        var after = State.Meet(run(), _broken);
        _broken = broken;
        if (isLoop) _continued = continued;
        return after;
    }

    // ---- expressions

    private State Visit(IEnumerable<BoundExpression> expressions, State state)
    {
        foreach (var expression in expressions) state = Visit(expression, state);
        return state;
    }

    private State Visit(BoundExpression expression, State state)
    {
        var (whenTrue, whenFalse) = Ask(expression, state);
        return State.Meet(whenTrue, whenFalse) ?? state;
    }

    // Visits an expression; gives the facts if it is true, and if it is false.
    private (State? WhenTrue, State? WhenFalse) Ask(BoundExpression expression, State state)
    {
        switch (expression)
        {
            case BoundConstant { Value: false or 0L }:
                return (null, state);
            case BoundConstant:
                return (state, null);
            case BoundHeaderTest { Header: var header }:
                return (state.With(Implied(header)), state.Headers.Contains(header) ? null : state.Without(header));
            case BoundHeaderField field:
                Check(field, isWritten: false, state);
                return (state.With(Implied(field.Header)), state);
            case BoundLocalAccess { Local: var local }:
                return (WhereTrue(local, state), state);
            case BoundUnary { Operator: UnaryOperator.LogicalNot } not:
                var (isTrue, isFalse) = Ask(not.Operand, state);
                return (isFalse, isTrue);
            case BoundBinary { Operator: BinaryOperator.LogicalAnd } and:
                var (left, notLeft) = Ask(and.Left, state);
                var (both, notRight) = left is null ? (null, null) : Ask(and.Right, left);
                return (both, State.Meet(notLeft, notRight));
            case BoundBinary { Operator: BinaryOperator.LogicalOr } or:
                var (first, notFirst) = Ask(or.Left, state);
                var (second, neither) = notFirst is null ? (null, null) : Ask(or.Right, notFirst);
                return (State.Meet(first, second), neither);
            case BoundBinary { Operator: >= BinaryOperator.Equal and <= BinaryOperator.CaseSensitiveNotEqual }
                comparison:
                return AskComparison(comparison, Visit(comparison.Right, Visit(comparison.Left, state)));
            case BoundConversion { Operand: var operand }:
                return Ask(operand, state);
            case BoundLet let:
                var inside = Keep(let.Local, let.Value, state.With(let.Headers.SelectMany(Implied)));
                return Ask(let.Body, inside with { Headers = state.Headers });
            case BoundConditional conditional:
                var (yes, no) = conditional.IsImplied ? (state, state) : Ask(conditional.Condition, state);
                var (thenTrue, thenFalse) = yes is null ? (null, null) : Ask(conditional.WhenTrue, yes);
                var (elseTrue, elseFalse) = no is null ? (null, null) : Ask(conditional.WhenFalse, no);
                return (State.Meet(thenTrue, elseTrue), State.Meet(thenFalse, elseFalse));
            case BoundCall call:
                return Call(call, Visit(call.Arguments, state));
            default:
                state = Visit(Parts(expression), state);
                return (state, state);
        }
    }

    private static State WhereTrue(BoundLocal local, State state) =>
        state.Locals.GetValueOrDefault(local) is { } headers ? state.With(headers) : state;

    // A comparison that is false for zero says that a local is not zero; one of the field that names what follows in
    // the packet counts as a question for that header.
    private static (State WhenTrue, State WhenFalse) AskComparison(BoundBinary comparison, State state)
    {
        var known = state;
        if (comparison.Right is BoundConstant constant)
        {
            var differs = comparison.Operator is BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveNotEqual;
            if (comparison.Left is BoundLocalAccess { Local: var local }
                && !HoldsForZero(comparison.Operator, constant))
            {
                known = WhereTrue(local, known);
            }

            if (differs || comparison.Operator is BinaryOperator.Equal or BinaryOperator.CaseSensitiveEqual)
            {
                var named = state.With(NamedBy(comparison.Left, constant));
                return differs ? (known, named) : (known.With(named.Headers), state);
            }
        }

        return (known, state);
    }

    private static bool HoldsForZero(BinaryOperator op, BoundConstant constant) => (op, constant.Value) switch
    {
        (BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveNotEqual, long number) => number != 0,
        (BinaryOperator.Equal or BinaryOperator.CaseSensitiveEqual, long number) => number == 0,
        (BinaryOperator.Less, long number) => number > 0,
        (BinaryOperator.LessOrEqual, long number) => number >= 0,
        (BinaryOperator.Greater, long number) => number < 0,
        (BinaryOperator.GreaterOrEqual, long number) => number <= 0,
        (BinaryOperator.Equal, byte[] bytes) => !bytes.Any(b => b != 0),
        _ => true,
    };

    // A function is visited once for each set of headers that its callers know.
    private (State WhenTrue, State WhenFalse) Call(BoundCall call, State state)
    {
        var function = call.Function;
        var key = (function, string.Join(' ', state.Headers.Select(h => h.Name).Order()));
        if (_calls.TryGetValue(key, out var known)) return (state.With(known), state);
        var (returned, broken, continued, result) = (_returned, _broken, _continued, _result);
        (_returned, _result) = (null, new BoundLocal("result", function.ResultType));
        var inside = state;
        foreach (var parameter in function.Parameters) inside = inside.WithLocal(parameter, inside.Headers);
        var end = State.Meet(Run(function.Body, inside.WithLocal(_result, null)), _returned) ?? state;
        var whenTrue = _calls[key] = WhereTrue(_result, end).Headers;
        (_returned, _broken, _continued, _result) = (returned, broken, continued, result);
        return (state.With(whenTrue), state);
    }

    private void Check(BoundHeaderField field, bool isWritten, State state)
    {
        if (state.Has(field.Header.Whole ?? field.Header)
            || (field.Header.Alternatives.Length == 0 && LocationsOf(field.Header).Count == 0))
        {
            return;
        }

        var (header, name) = field.AlternativeOf is { } written
            ? (written.Header, written.HeaderField.Name)
            : (field.Header, field.Field.Name);
        var what = header.TryGetField(name, out _) ? $"{header.Name}.{name}" : header.Name;
        _context.Diagnostics.Add(new Diagnostic(DiagnosticIds.UnguardedField, isWritten
                ? $"{what} is assigned without a test for the {header.Name} header: "
                    + "in packets without one nothing changes."
                : $"{what} is read without a test for the {header.Name} header: "
                    + $"in packets without one it is {Absent(field.Type)}.",
            field.Source, $"Ask for the {header.Name} header first.", DiagnosticSeverity.Warning));
    }

    private static string Absent(EbpfType type) => type switch
    {
        ScalarType => "0",
        AddressType => "an address of zeros",
        _ => "empty",
    };

    // A header, and those that the packet has wherever it has this one.
    private IEnumerable<PacketHeader> Implied(PacketHeader header) => LocationsOf(header)
        .Select(location => Implied(location.Parent).ToHashSet())
        .Aggregate((HashSet<PacketHeader>?)null, (all, some) =>
        {
            if (all is null) return some;
            all.IntersectWith(some);
            return all;
        })?.Append(header) ?? [header];

    private IReadOnlyList<HeaderLocation> LocationsOf(PacketHeader header) =>
        PacketHeaders.LocationsOf(header, _context.Info.StartsAtNetwork) ?? [];

    // The headers of which a field says by a value that they follow.
    private static IEnumerable<PacketHeader> NamedBy(BoundExpression field, BoundConstant value) =>
        (field, value.Value) switch
        {
            (BoundHeaderField { Header: var parent, Field: var selector }, long number) =>
                PacketHeaders.Behind(parent, selector).Where(one => one.Location.Values.Any(each => each == number))
                    .Select(one => one.Header),
            _ => [],
        };

    private static IEnumerable<BoundExpression> Parts(BoundExpression expression) => expression switch
    {
        BoundPacketAccess access => [access.Offset],
        BoundMapEntry entry => [entry.Key],
        BoundInnerEntry entry => [entry.OuterKey, entry.Key],
        BoundMapTest test => [test.Key],
        BoundFieldAccess field => [field.Target],
        BoundElementAccess element => [element.Target, element.Index],
        BoundMapCall call => call.Arguments,
        BoundObservation observation => [observation.Target, observation.Value],
        BoundHelperCall call => call.Arguments.Select(argument => argument.Value),
        BoundUnary unary => [unary.Operand],
        BoundBinary binary => [binary.Left, binary.Right],
        BoundStruct record => record.Fields.Select(field => field.Value),
        _ => [],
    };
}
