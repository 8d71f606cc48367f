namespace EbpfCat.Compiler;

/// <summary>Lowers statements, and what follows a jump or label.</summary>
internal sealed class StatementLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly List<Block> _labelBlocks = [];

    public void Lower(IReadOnlyList<BoundStatement> statements)
    {
        foreach (var statement in statements)
        {
            if (!Begin(statement)) continue;
            var (effects, callDepth) = (context.WritingCalls, context.CallDepth);
            (context.WritingCalls, context.CallDepth) = (statement.CallCount, 0);
            LowerOne(statement);
            (context.WritingCalls, context.CallDepth) = (effects, callDepth);
            context.Temporaries.Release();
        }
    }

    // After a jump nothing is reached until a label.
    private bool Begin(BoundStatement statement)
    {
        if (statement is BoundLabel label) PlaceLabel(label.Label);
        if (_b.Current is null)
        {
            if (!statement.HasLabel) return false;
            _b.Start(_b.NewBlock());
        }

        _b.Source = statement.Source ?? _b.Source;
        return true;
    }

    private void LowerOne(BoundStatement statement)
    {
        switch (statement)
        {
            case BoundAssignment assignment:
                context.Assignments.Lower(assignment);
                break;
            case BoundEffect { Expression: var expression }:
                // What has no effect of its own may still end the program, as a packet that is too short does.
                context.Expressions.Lower(expression);
                break;
            case BoundResult result:
                LowerResult(result);
                break;
            case BoundReturn { Result: var result }:
                if (result is not null) LowerResult(result);
                _b.Jump(context.Frame.Exit);
                break;
            case BoundIf branch:
                LowerIf(branch);
                break;
            case BoundLoop loop:
                LowerLoop(loop);
                break;
            case BoundRangeLoop { Limit: var limit, Loop: var loop }:
                if (limit is not null) context.Assignments.Lower(limit);
                LowerLoop(loop);
                break;
            case BoundListLoop loop:
                LowerListLoop(loop);
                break;
            case BoundSwitch choice:
                LowerSwitch(choice);
                break;
            case BoundBreak:
                _b.Jump(context.Frame.Targets.Peek().Break);
                break;
            case BoundContinue:
                _b.Jump(context.Frame.Targets.First(t => t.Continue is not null).Continue!);
                break;
            case BoundGoto { Label: var label }:
                _b.Jump(context.Frame.Labels[label]);
                break;
            case BoundLabel:
                break;
            case BoundOutput output:
                context.Output.LowerOutput(output);
                break;
            case BoundDebug debug:
                context.Debug.Lower(debug);
                break;
            default:
                throw new UnreachableException(statement.GetType().Name);
        }
    }

    private void LowerResult(BoundResult result)
    {
        var value = context.Expressions.LowerScalar(result.Value);
        _b.Write(context.Frame.Result, context.Conversions.Convert(value, result.Type).Value);
    }

    // A chain of elseif may be longer than the stack is deep: its links are lowered one after the other.
    public void LowerIf(BoundIf branch)
    {
        var open = new Stack<Block>();
        while (true)
        {
            var (then, @else, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
            open.Push(after);
            context.Conditions.Lower(branch.Condition, then, @else);
            var turn = context.Temporaries.Turn;
            if (StartIfNeeded(then, branch.Then))
            {
                Lower(branch.Then);
                _b.Jump(after);
            }

            context.Temporaries.TurnBackTo(turn);
            if (!StartIfNeeded(@else, branch.Else)) break;
            if (branch.Else is not [BoundIf next])
            {
                Lower(branch.Else);
                break;
            }

            branch = next;
            Begin(branch);
            (context.WritingCalls, context.CallDepth) = (branch.CallCount, 0);
        }

        while (open.TryPop(out var after))
        {
            _b.Jump(after);
            _b.StartIfReached(after);
        }
    }

    private void LowerLoop(BoundLoop loop)
    {
        Lower(loop.Initializer);
        if (_b.Current is null) return;
        if (loop.ChangesPacket) _b.Facts = PacketFacts.None;
        _b.LoopDepth++;
        var (head, body, next, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        after.LoopDepth--;
        _b.Jump(head);
        _b.Start(head, seal: false);
        if (loop is { TestsAfter: false, Condition: { } condition }) context.Conditions.Lower(condition, body, after);
        else _b.Jump(body);
        if (StartIfNeeded(body, loop.Body))
        {
            context.Frame.Targets.Push((after, next));
            Lower(loop.Body);
            context.Frame.Targets.Pop();
            _b.Jump(next);
        }

        if (_b.StartIfReached(next))
        {
            Lower(loop.Step);
            _b.Source = loop.Source ?? _b.Source;
            if (loop is { TestsAfter: true, Condition: { } last }) context.Conditions.Lower(last, head, after);
            else _b.Jump(head);
        }

        _b.Seal(head);
        _b.LoopDepth--;
        _b.StartIfReached(after);
    }

    // Written out turn by turn: each value is a constant in its turn.
    private void LowerListLoop(BoundListLoop loop)
    {
        var after = _b.NewBlock();
        foreach (var value in loop.Values)
        {
            if (_b.Current is null) break;
            var next = _b.NewBlock();
            context.Assignments.Lower(value);
            context.Frame.Targets.Push((after, next));
            Lower(loop.Body);
            context.Frame.Targets.Pop();
            _b.Jump(next);
            _b.StartIfReached(next);
        }

        _b.Jump(after);
        _b.StartIfReached(after);
    }

    private void LowerSwitch(BoundSwitch choice)
    {
        context.Locals.Assign(choice.Local, context.Expressions.Lower(choice.Value));
        var after = _b.NewBlock();
        var turn = context.Temporaries.Turn;
        context.Frame.Targets.Push((after, null));
        var matched = choice.Default.Count > 0 ? new SsaVariable("matched") : null;
        if (matched is not null) _b.Write(matched, _b.Constant(0));
        foreach (var clause in choice.Clauses)
        {
            var (body, next) = (_b.NewBlock(), _b.NewBlock());
            context.Conditions.Lower(clause.Condition, body, next);
            if (StartIfNeeded(body, clause.Body))
            {
                if (matched is not null) _b.Write(matched, _b.Constant(1));
                Lower(clause.Body);
                _b.Jump(next);
            }

            context.Temporaries.TurnBackTo(turn);
            _b.StartIfReached(next);
        }

        if (matched is not null && _b.Current is not null)
        {
            var otherwise = _b.NewBlock();
            _b.BranchIfNotZero(_b.Read(matched), after, otherwise);
            if (StartIfNeeded(otherwise, choice.Default))
            {
                Lower(choice.Default);
            }
        }

        context.Frame.Targets.Pop();
        _b.Jump(after);
        _b.StartIfReached(after);
    }

    // What nothing leads to is not written, unless a label in it is jumped to from elsewhere.
    private bool StartIfNeeded(Block block, IReadOnlyList<BoundStatement> statements)
    {
        if (block.Predecessors.Count == 0 && !statements.Any(s => s.HasLabel)) return false;
        _b.Start(block);
        return true;
    }

    public void DeclareLabels(IEnumerable<Label> labels)
    {
        foreach (var label in labels)
        {
            var block = context.Frame.Labels[label] = _b.NewBlock();
            _labelBlocks.Add(block);
        }
    }

    private void PlaceLabel(Label label)
    {
        _b.Facts = PacketFacts.None;
        _b.StartLabel(context.Frame.Labels[label]);
    }

    /// <summary>Seals the blocks of labels, to which jumps from below can lead, when everything is lowered.</summary>
    public void SealLabels()
    {
        foreach (var block in _labelBlocks) _b.Seal(block);
    }
}
