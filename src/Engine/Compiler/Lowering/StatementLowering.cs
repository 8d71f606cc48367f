namespace EbpfCat.Compiler;

/// <summary>Lowers statements, loops and labels.</summary>
internal sealed class StatementLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly ConversionLowering _conversions = context.Conversions;
    private readonly LocalLowering _locals = context.Locals;
    private readonly HeaderLowering _headers = context.Headers;
    private readonly ConditionLowering _conditions = context.Conditions;
    private readonly AssignmentLowering _assignments = context.Assignments;
    private readonly OutputLowering _output = context.Output;
    private readonly DebugLowering _debug = context.Debug;
    private readonly ExpressionLowering _expressions = context.Expressions;
    private readonly List<Block> _labelBlocks = [];

    public void Lower(IReadOnlyList<BoundStatement> statements)
    {
        for (var i = 0; i < statements.Count; i++)
        {
            var statement = statements[i];
            if (!Begin(statement)) continue;
            var (effects, callDepth) = (context.WritingCalls, context.CallDepth);
            (context.WritingCalls, context.CallDepth) = (statement.CallCount, 0);
            LowerOne(statement, i + 1 < statements.Count ? statements[i + 1] : null);
            (context.WritingCalls, context.CallDepth) = (effects, callDepth);
            context.Temporaries.Release();
        }
    }

    // After a jump, no statement is reached until a label.
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

    private void LowerOne(BoundStatement statement, BoundStatement? next)
    {
        switch (statement)
        {
            case BoundAssignment assignment:
                _assignments.Lower(assignment, next);
                break;
            case BoundEffect { Expression: var expression }:
                // An expression without effect may end the program: the packet may be too short for it.
                _expressions.Lower(expression);
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
                if (limit is not null) _assignments.Lower(limit);
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
                _output.Lower(output);
                break;
            case BoundDebug debug:
                _debug.Lower(debug);
                break;
            default:
                throw new UnreachableException(statement.GetType().Name);
        }
    }

    private void LowerResult(BoundResult result)
    {
        var value = _expressions.LowerScalar(result.Value);
        _b.Write(context.Frame.Result, _conversions.Convert(value, result.Type).Value);
    }

    /// <summary>Lowers a chain of branches. Not recursive: a chain may be longer than the call stack allows.</summary>
    public void LowerIf(BoundIf branch)
    {
        var open = new Stack<Block>();
        while (true)
        {
            var (then, @else, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
            open.Push(after);
            _conditions.Lower(branch.Condition, then, @else);
            var nextSlots = context.Temporaries.NextSlots;
            if (StartIfNeeded(then, branch.Then))
            {
                Lower(branch.Then);
                _b.Jump(after);
            }

            context.Temporaries.ResetNextSlots(nextSlots);
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
        if (loop is { TestsAfter: false, Condition: { } condition }) _conditions.Lower(condition, body, after);
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
            if (loop is { TestsAfter: true, Condition: { } last }) _conditions.Lower(last, head, after);
            else _b.Jump(head);
        }

        _b.Seal(head);
        _b.LoopDepth--;
        _b.StartIfReached(after);
    }

    // Unrolled, so that the value is a constant in each copy of the body.
    private void LowerListLoop(BoundListLoop loop)
    {
        var after = _b.NewBlock();
        foreach (var value in loop.Values)
        {
            if (_b.Current is null) break;
            var next = _b.NewBlock();
            _assignments.Lower(value);
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
        var (otherwise, after) = (_b.NewBlock(), _b.NewBlock());
        if (choice.ComputesAlways) _locals.Assign(choice.Local, _expressions.Lower(choice.Value));
        foreach (var header in choice.Headers) _headers.Require(header, choice.Default.Count > 0 ? otherwise : after);
        if (!choice.ComputesAlways) _locals.Assign(choice.Local, _expressions.Lower(choice.Value));
        var nextSlots = context.Temporaries.NextSlots;
        context.Frame.Targets.Push((after, null));
        var matched = choice.Default.Count > 0 ? new SsaVariable("matched") : null;
        if (matched is not null) _b.Write(matched, _b.Constant(0));
        foreach (var clause in choice.Clauses)
        {
            var (body, next) = (_b.NewBlock(), _b.NewBlock());
            _conditions.Lower(clause.Condition, body, next);
            if (StartIfNeeded(body, clause.Body))
            {
                if (matched is not null) _b.Write(matched, _b.Constant(1));
                Lower(clause.Body);
                _b.Jump(next);
            }

            context.Temporaries.ResetNextSlots(nextSlots);
            _b.StartIfReached(next);
        }

        if (matched is not null)
        {
            _b.BranchIfNotZero(_b.Read(matched), after, otherwise);
            if (StartIfNeeded(otherwise, choice.Default)) Lower(choice.Default);
        }

        context.Frame.Targets.Pop();
        _b.Jump(after);
        _b.StartIfReached(after);
    }

    // Code that is not reached is not built, unless it contains the label of a goto elsewhere.
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

    /// <summary>Seals the blocks of labels, when all jumps to them are built.</summary>
    public void SealLabels()
    {
        foreach (var block in _labelBlocks) _b.Seal(block);
    }
}
