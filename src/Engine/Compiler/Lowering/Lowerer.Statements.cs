using System.Diagnostics;
using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    private readonly List<Block> _labelBlocks = [];

    // How many calls that may write to memory stand in the statement, and in how many of them the expression stands.
    private int _effects;
    private int _callDepth;

    private void LowerStatements(IReadOnlyList<BoundStatement> statements)
    {
        foreach (var statement in statements)
        {
            if (!Begin(statement)) continue;
            var (effects, callDepth) = (_effects, _callDepth);
            (_effects, _callDepth) = (statement.CallCount, 0);
            LowerStatement(statement);
            (_effects, _callDepth) = (effects, callDepth);
            _temporaries.Release();
        }
    }

    // After a jump nothing is reached until a label.
    private bool Begin(BoundStatement statement)
    {
        if (statement is BoundLabel label) PlaceLabel(label.Label);
        if (_b.Current is null)
        {
            if (!statement.HasLabel) return false;
            Start(_b.NewBlock());
        }

        _b.Source = statement.Source ?? _b.Source;
        return true;
    }

    private void LowerStatement(BoundStatement statement)
    {
        switch (statement)
        {
            case BoundAssignment assignment:
                LowerAssignment(assignment);
                break;
            case BoundEffect { Expression: var expression }:
                // What has no effect of its own may still end the program, as a packet that is too short does.
                LowerExpression(expression);
                break;
            case BoundResult result:
                LowerResult(result);
                break;
            case BoundReturn { Result: var result }:
                if (result is not null) LowerResult(result);
                Jump(_frame.Exit);
                break;
            case BoundIf branch:
                LowerIf(branch);
                break;
            case BoundLoop loop:
                LowerLoop(loop);
                break;
            case BoundRangeLoop { Limit: var limit, Loop: var loop }:
                if (limit is not null) LowerAssignment(limit);
                LowerLoop(loop);
                break;
            case BoundListLoop loop:
                LowerListLoop(loop);
                break;
            case BoundSwitch choice:
                LowerSwitch(choice);
                break;
            case BoundBreak:
                Jump(_frame.Targets.Peek().Break);
                break;
            case BoundContinue:
                Jump(_frame.Targets.First(t => t.Continue is not null).Continue!);
                break;
            case BoundGoto { Label: var label }:
                Jump(_frame.Labels[label]);
                break;
            case BoundLabel:
                break;
            case BoundOutput output:
                LowerOutput(output);
                break;
            case BoundDebug debug:
                LowerDebug(debug);
                break;
            default:
                throw new UnreachableException(statement.GetType().Name);
        }
    }

    private void LowerResult(BoundResult result) =>
        _b.Write(_frame.Result, Convert(LowerScalar(result.Value), result.Type).Value);

    // A chain of elseif may be longer than the stack is deep: its links are lowered one after the other.
    private void LowerIf(BoundIf branch)
    {
        var open = new Stack<Block>();
        while (true)
        {
            var (then, @else, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
            open.Push(after);
            LowerCondition(branch.Condition, then, @else);
            var turn = _temporaries.Turn;
            if (StartIfNeeded(then, branch.Then))
            {
                LowerStatements(branch.Then);
                Jump(after);
            }

            _temporaries.TurnBackTo(turn);
            if (!StartIfNeeded(@else, branch.Else)) break;
            if (branch.Else is not [BoundIf next])
            {
                LowerStatements(branch.Else);
                break;
            }

            branch = next;
            Begin(branch);
            (_effects, _callDepth) = (branch.CallCount, 0);
        }

        while (open.TryPop(out var after))
        {
            Jump(after);
            if (after.Predecessors.Count > 0) Start(after);
        }
    }

    private void LowerLoop(BoundLoop loop)
    {
        LowerStatements(loop.Initializer);
        if (_b.Current is null) return;
        if (loop.ChangesPacket) ForgetPacket();
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

    // Written out turn by turn: each value is a constant in its turn.
    private void LowerListLoop(BoundListLoop loop)
    {
        var after = _b.NewBlock();
        foreach (var value in loop.Values)
        {
            if (_b.Current is null) break;
            var next = _b.NewBlock();
            LowerAssignment(value);
            _frame.Targets.Push((after, next));
            LowerStatements(loop.Body);
            _frame.Targets.Pop();
            Jump(next);
            if (next.Predecessors.Count > 0) Start(next);
        }

        Jump(after);
        if (after.Predecessors.Count > 0) Start(after);
    }

    private void LowerSwitch(BoundSwitch choice)
    {
        Assign(choice.Local, LowerExpression(choice.Value));
        var after = _b.NewBlock();
        var turn = _temporaries.Turn;
        _frame.Targets.Push((after, null));
        var matched = choice.Default.Count > 0 ? new SsaVariable("matched") : null;
        if (matched is not null) _b.Write(matched, _b.Constant(0));
        foreach (var clause in choice.Clauses)
        {
            var (body, next) = (_b.NewBlock(), _b.NewBlock());
            LowerCondition(clause.Condition, body, next);
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

    // Each call begins with locals of its own, also when the call stands in a loop.
    private void ResetLocals(BoundFunction function)
    {
        foreach (var local in function.Locals)
        {
            var storage = StorageOf(local, wholeWrite: true);
            if (storage.Slot is { } slot) Zero(StackPlace(slot), slot.Room);
            foreach (var piece in storage.Pieces) _b.Write(piece, _b.Constant(0));
        }
    }

    // What nothing leads to is not written, unless a label in it is jumped to from elsewhere.
    private bool StartIfNeeded(Block block, IReadOnlyList<BoundStatement> statements)
    {
        if (block.Predecessors.Count == 0 && !statements.Any(s => s.HasLabel)) return false;
        Start(block);
        return true;
    }

    private void DeclareLabels(IEnumerable<Label> labels)
    {
        foreach (var label in labels)
        {
            var block = _frame.Labels[label] = _b.NewBlock();
            _labelBlocks.Add(block);
        }
    }

    private void PlaceLabel(Label label)
    {
        var block = _frame.Labels[label];
        ForgetPacket();
        Jump(block);
        _factsAt.Remove(block);
        Start(block, seal: false);
    }

    /// <summary>A call, its body put in here with locals of its own.</summary>
    private ScalarOperand LowerFunctionCall(BoundCall call)
    {
        var function = call.Function;
        var arguments = call.Arguments.Select(LowerExpression).ToList();
        var frame = new Frame(isFunction: true, _b.NewBlock());
        var caller = _frame;
        _frame = frame;
        // What the call's surroundings hold on the stack stays theirs while the body's statements come and go.
        var floor = _temporaries.Keep();
        DeclareLabels(function.Labels);
        for (var i = 0; i < arguments.Count; i++) Assign(function.Parameters[i], arguments[i]);
        _b.Write(frame.Result, _b.Constant(0));
        ResetLocals(function);
        LowerStatements(function.Body);
        Jump(frame.Exit);
        _frame = caller;
        _temporaries.Return(floor);
        _pastLocals.AddRange(frame.Slots);
        if (frame.Exit.Predecessors.Count > 0) Start(frame.Exit);
        return new ScalarOperand(function.ResultType, _b.Read(frame.Result));
    }
}
