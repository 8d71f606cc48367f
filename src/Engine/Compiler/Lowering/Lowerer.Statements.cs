using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    private readonly Dictionary<Label, Block> _labels = [];
    private readonly HashSet<Label> _placedLabels = [];
    private readonly Stack<Function> _calls = [];
    private readonly Dictionary<Function, List<Local>> _localsOf = [];

    // How many calls that may write to memory stand in the statement, and in how many of them the expression stands.
    private int _effects;
    private int _callDepth;

    private void LowerStatements(IEnumerable<Statement> statements)
    {
        foreach (var statement in statements)
        {
            if (statement is LabelStatement label) PlaceLabel(label.Label);
            // After a jump nothing is reached until a label.
            if (_b.Current is null && !StartForLabel(_b.NewBlock(), [statement])) continue;
            _b.Source = statement.Source ?? _b.Source;
            var (effects, callDepth) = (_effects, _callDepth);
            (_effects, _callDepth) = (StatementWalker.Own(statement).Count(HasEffect), 0);
            LowerStatement(statement);
            (_effects, _callDepth) = (effects, callDepth);
            _temporaries.Release();
        }
    }

    private void LowerStatement(Statement statement)
    {
        switch (statement)
        {
            case AssignStatement assignment:
                LowerAssignment(assignment);
                break;
            case ExpressionStatement expression:
                LowerEffect(expression.Expression);
                break;
            case ResultStatement result:
                LowerResult(result.Value);
                break;
            case ReturnStatement returned:
                if (returned.Value is not null) LowerResult(returned.Value);
                Jump(_frame.Exit);
                break;
            case IfStatement branch:
                LowerIf(branch);
                break;
            case LoopStatement loop:
                LowerLoop(loop);
                break;
            case ForeachStatement loop:
                LowerForeach(loop);
                break;
            case SwitchStatement choice:
                LowerSwitch(choice);
                break;
            case BreakStatement:
                Jump(_frame.Targets.TryPeek(out var target) ? target.Break : throw Error("BreakOutsideLoop",
                    "break stands outside a loop or switch.", statement.Source, "Use return to end the program."));
                break;
            case ContinueStatement:
                Jump(_frame.Targets.FirstOrDefault(t => t.Continue is not null).Continue ?? throw Error("ContinueOutsideLoop",
                    "continue stands outside a loop.", statement.Source, "Use return to end the program."));
                break;
            case GotoStatement jump:
                Jump(DeclareLabel(jump.Label));
                break;
            case LabelStatement:
                break;
            case OutputStatement output:
                LowerOutput(output);
                break;
            case DebugStatement debug:
                LowerDebug(debug);
                break;
            default:
                throw Error("UnsupportedStatement", $"{statement.GetType().Name} is not supported.", statement.Source);
        }
    }

    private void LowerResult(Expression expression)
    {
        var type = (_frame.Function is { } function ? _typer.ReturnTypeOf(function) as ScalarType : null)
            ?? (_frame.Function is null ? ScalarType.Int64 : _typer.TypeOf(expression) as ScalarType);
        if (LowerExpression(expression) is not ScalarOperand scalar)
        {
            throw Error("WrongType", $"{_typer.TypeOf(expression)?.Name} cannot be the {(_frame.Function is null ? "verdict" : "value of a function")}.",
                expression.Source, "Give a verdict's name or a number.");
        }

        _b.Write(_frame.Result, type is null ? scalar.Value : Convert(scalar, type, expression.Source).Value);
    }

    private void LowerIf(IfStatement branch)
    {
        var (then, @else, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        LowerCondition(branch.Condition, then, @else);
        var turn = _temporaries.Turn;
        if (StartIfNeeded(then, branch.Then))
        {
            LowerStatements(branch.Then);
            Jump(after);
        }

        _temporaries.TurnBackTo(turn);
        if (StartIfNeeded(@else, branch.Else))
        {
            LowerStatements(branch.Else);
            Jump(after);
        }

        if (after.Predecessors.Count > 0) Start(after);
    }

    private void LowerLoop(LoopStatement loop)
    {
        LowerStatements(loop.Initializer);
        if (_b.Current is null) return;
        if (ChangesPacket([loop])) ForgetPacket();
        _b.LoopDepth++;
        var (head, body, next, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        after.LoopDepth--;
        Jump(head);
        Start(head, seal: false);
        if (loop is { TestsAfter: false, Condition: { } condition }) LowerCondition(condition, body, after);
        else Jump(body);
        if (StartIfNeeded(body, loop.Body))
        {
            _frame.Targets.Push((after, next));
            LowerStatements(loop.Body);
            _frame.Targets.Pop();
            Jump(next);
        }

        if (next.Predecessors.Count > 0)
        {
            Start(next);
            LowerStatements(loop.Step);
            _b.Source = loop.Source ?? _b.Source;
            if (loop is { TestsAfter: true, Condition: { } last }) LowerCondition(last, head, after);
            else Jump(head);
        }

        _b.Seal(head);
        _b.LoopDepth--;
        if (after.Predecessors.Count > 0) Start(after);
    }

    private void LowerForeach(ForeachStatement loop)
    {
        var target = new LocalExpression(loop.Local) { Source = loop.Source };
        if (!loop.IsRange)
        {
            // A list is written out turn by turn: each value is a constant in its turn.
            var after = _b.NewBlock();
            foreach (var value in loop.Values)
            {
                if (_b.Current is null) break;
                var next = _b.NewBlock();
                LowerAssignment(new AssignStatement(target, value) { Source = loop.Source });
                _frame.Targets.Push((after, next));
                LowerStatements(loop.Body);
                _frame.Targets.Pop();
                Jump(next);
                if (next.Predecessors.Count > 0) Start(next);
            }

            Jump(after);
            if (after.Predecessors.Count > 0) Start(after);
            return;
        }
        // The count runs in a variable of its own: what the body assigns to the loop's variable does not disturb it.
        var counter = new Local(loop.Local.Name, ScalarType.Int64);
        var (first, last) = (loop.Values[0], loop.Values[1]);
        var down = Constants.Integer(first) is { } a && Constants.Integer(last) is { } b && a > b;
        var end = last;
        if (Constants.Integer(last) is null)
        {
            var limit = new Local(loop.Local.Name + ".last", ScalarType.Int64);
            LowerAssignment(new AssignStatement(limit, last) { Source = loop.Source });
            end = limit;
        }

        LowerLoop(new LoopStatement(
            new BinaryExpression(down ? BinaryOperator.GreaterOrEqual : BinaryOperator.LessOrEqual, counter, end),
            [new AssignStatement(target, counter) { Source = loop.Source }, .. loop.Body])
        {
            Initializer = [new AssignStatement(counter, first) { Source = loop.Source }],
            Step = [new AssignStatement(counter, 1, down ? BinaryOperator.Subtract : BinaryOperator.Add) { Source = loop.Source }],
            Source = loop.Source,
        });
    }

    private void LowerSwitch(SwitchStatement choice)
    {
        // The value is computed once.
        var value = LowerExpression(choice.Value);
        var holder = new Local("switch", value.Type);
        _letValues[holder] = choice.Value;
        Assign(holder, value, choice.Source);
        var after = _b.NewBlock();
        var turn = _temporaries.Turn;
        _frame.Targets.Push((after, null));
        var matched = choice.Default.Count > 0 ? new SsaVariable("matched") : null;
        if (matched is not null) _b.Write(matched, _b.Constant(0));
        foreach (var clause in choice.Clauses)
        {
            var (body, next) = (_b.NewBlock(), _b.NewBlock());
            LowerCondition(new BinaryExpression(choice.IsCaseSensitive ? BinaryOperator.CaseSensitiveEqual : BinaryOperator.Equal, holder, clause.Value) { Source = clause.Value.Source }, body, next);
            if (StartIfNeeded(body, clause.Body))
            {
                if (matched is not null) _b.Write(matched, _b.Constant(1));
                LowerStatements(clause.Body);
                Jump(next);
            }

            _temporaries.TurnBackTo(turn);
            if (next.Predecessors.Count > 0) Start(next);
        }

        if (matched is not null && _b.Current is not null)
        {
            var otherwise = _b.NewBlock();
            BranchIfNotZero(_b.Read(matched), after, otherwise);
            if (StartIfNeeded(otherwise, choice.Default))
            {
                LowerStatements(choice.Default);
            }
        }

        _frame.Targets.Pop();
        Jump(after);
        if (after.Predecessors.Count > 0) Start(after);
    }

    private static List<Local> LocalsOf(Function function)
    {
        var inner = StatementWalker.Expressions(function.Body).OfType<CallExpression>().SelectMany(call => Named(call.Function));
        return [.. Named(function).Except(inner).Except(function.Parameters)];

        static IEnumerable<Local> Named(Function function) => StatementWalker.All(function.Body).OfType<ForeachStatement>()
            .Select(loop => loop.Local)
            .Concat(StatementWalker.Expressions(function.Body).OfType<LocalExpression>().Select(use => use.Local));
    }

    // Each call begins with locals of its own, also when the call stands in a loop.
    private void ResetLocals(Function function)
    {
        if (!_localsOf.TryGetValue(function, out var locals)) _localsOf[function] = locals = LocalsOf(function);
        foreach (var local in locals)
        {
            var storage = StorageOf(local, wholeWrite: true);
            if (storage.Slot is { } slot) Zero(StackPlace(slot), slot.Room);
            foreach (var piece in storage.Pieces) _b.Write(piece, _b.Constant(0));
        }
    }

    // What nothing leads to is not written, unless a label in it is jumped to from elsewhere.
    private bool StartIfNeeded(Block block, IReadOnlyList<Statement> statements)
    {
        if (block.Predecessors.Count == 0) return StartForLabel(block, statements);
        Start(block);
        return true;
    }

    private bool StartForLabel(Block block, IReadOnlyList<Statement> statements)
    {
        if (_labels.Count == 0 || !StatementWalker.All(statements).Any(s => s is LabelStatement)) return false;
        Start(block);
        return true;
    }

    private Block DeclareLabel(Label label)
    {
        if (!_labels.TryGetValue(label, out var block)) _labels[label] = block = _b.NewBlock();
        return block;
    }

    // A label can be jumped to from below: it is sealed when the whole program is written.
    private void PlaceLabel(Label label)
    {
        var block = DeclareLabel(label);
        if (!_placedLabels.Add(label)) throw Error("DuplicateLabel", $"The label '{label.Name}' is marked twice.", _b.Source);
        ForgetPacket();
        Jump(block);
        _factsAt.Remove(block);
        Start(block, seal: false);
    }

    /// <summary>A call, its body put in here with locals of its own.</summary>
    private Operand LowerFunctionCall(CallExpression call)
    {
        var function = call.Function;
        if (_calls.Contains(function))
        {
            throw Error("Recursion", $"The function '{function.Name}' calls itself.", call.Source,
                "eBPF has no recursion: write a loop.");
        }

        if (call.Arguments.Count != function.Parameters.Count)
        {
            throw Error("WrongArgumentCount",
                $"The function '{function.Name}' takes {function.Parameters.Count} arguments, not {call.Arguments.Count}.", call.Source);
        }

        var arguments = call.Arguments.Select(LowerExpression).ToList();
        var frame = new Frame(function, _b.NewBlock());
        var caller = _frame;
        _frame = frame;
        // What the call's surroundings hold on the stack stays theirs while the body's statements come and go.
        var floor = _temporaries.Keep();
        _calls.Push(function);
        for (var i = 0; i < arguments.Count; i++) Assign(function.Parameters[i], arguments[i], call.Source);
        _b.Write(frame.Result, _b.Constant(0));
        ResetLocals(function);
        LowerStatements(function.Body);
        Jump(frame.Exit);
        _calls.Pop();
        _frame = caller;
        _temporaries.Return(floor);
        _pastLocals.AddRange(frame.Slots);
        if (frame.Exit.Predecessors.Count > 0) Start(frame.Exit);
        return new ScalarOperand(_typer.ReturnTypeOf(function) as ScalarType ?? ScalarType.Int64, _b.Read(frame.Result));
    }
}
