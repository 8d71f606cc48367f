namespace EbpfCat.Compiler;

/// <summary>
/// Removes common subexpressions, simplifies every operation, and decides branches by the branches before them, in one
/// walk down the dominator tree.
/// </summary>
internal sealed class ValueNumbering
{
    private readonly record struct Key(Op Op, long Immediate, byte Size, (object?, int) Referent, int A, int B);

    private readonly IrFunction _f;
    private readonly DominatorTree _dominators;
    private readonly Dictionary<Key, Value> _known = [];
    private readonly BranchFacts _facts = new();
    private readonly HashSet<Block> _reached = [];
    private bool _changed;

    private ValueNumbering(IrFunction f)
    {
        _f = f;
        _dominators = new DominatorTree(f);
    }

    public static bool Run(IrFunction f)
    {
        var pass = new ValueNumbering(f);
        pass.Walk();
        if (pass._changed) f.UpdatePredecessors();
        return pass._changed;
    }

    private void Walk()
    {
        // Not recursive: a long program is a deep tree.
        var work = new Stack<(Block Block, int Child, List<Key> Added, int Mark)>();
        _reached.Add(_f.Entry);
        work.Push(Enter(_f.Entry));
        while (work.TryPop(out var frame))
        {
            var children = _dominators.ChildrenOf(frame.Block);
            if (frame.Child < children.Count)
            {
                work.Push(frame with { Child = frame.Child + 1 });
                work.Push(Enter(children[frame.Child]));
                continue;
            }

            foreach (var key in frame.Added) _known.Remove(key);
            _facts.UndoTo(frame.Mark);
        }
    }

    private (Block, int, List<Key>, int) Enter(Block block)
    {
        var mark = _facts.Mark;
        // A decided branch may have made the block unreachable: a loop without an entry has values that only depend on
        // themselves.
        if (!_reached.Contains(block)) return (block, 0, [], mark);
        if (block.Predecessors.Count == 1) _facts.AddEdge(block.Predecessors[0], block);
        var added = new List<Key>();
        SimplifyPhis(block);
        var body = new List<Value>(block.Body.Count);
        foreach (var value in block.Body)
        {
            value.Refresh();
            if (value.Op == Op.Store && value.Size < 8) value.Operands[1] = Narrow(value.Operands[1], value.Size * 8);
            Number(block, value, body, added);
        }

        block.Body = body;
        SimplifyExit(block, body);
        foreach (var successor in block.Successors) _reached.Add(successor);
        return (block, 0, added, mark);
    }

    private void SimplifyPhis(Block block)
    {
        for (var i = block.Phis.Count - 1; i >= 0; i--)
        {
            var phi = block.Phis[i];
            phi.Refresh();
            Value? same = null;
            var trivial = true;
            foreach (var operand in phi.Operands)
            {
                if (ReferenceEquals(operand, phi) || ReferenceEquals(operand, same)) continue;
                if (same is not null)
                {
                    trivial = false;
                    break;
                }

                same = operand;
            }

            if (!trivial || same is null) continue;
            phi.ReplaceWith(same);
            block.Phis.RemoveAt(i);
            _changed = true;
        }

        if (block.Phis.Count < 2) return;

        // Two phis of the same values are one.
        var first = new Dictionary<int, List<Value>>();
        foreach (var phi in block.Phis)
        {
            var hash = new HashCode();
            foreach (var operand in phi.Operands) hash.Add(operand.Id);
            if (!first.TryGetValue(hash.ToHashCode(), out var others)) first[hash.ToHashCode()] = others = [];
            if (others.Find(other => other.Operands.AsSpan().SequenceEqual(phi.Operands)) is { } twin)
            {
                phi.ReplaceWith(twin);
            }
            else
            {
                others.Add(phi);
            }
        }

        _changed |= block.Phis.RemoveAll(phi => phi.IsReplaced) > 0;
    }

    private void Number(Block block, Value value, List<Value> body, List<Key> added)
    {
        if (value.IsReplaced) return;
        if (!value.IsPure)
        {
            body.Add(value);
            return;
        }

        if (value.Operands.Length > 0 && value.Op != Op.Load
            && Simplifier.Simplify(_f, value.Op, value.Immediate, value.Operands) is { } simpler
            && !ReferenceEquals(simpler.Current, value))
        {
            value.ReplaceWith(Place(block, simpler, value, body, added));
            _changed = true;
            return;
        }

        var key = KeyOf(value);
        if (_known.TryGetValue(key, out var other))
        {
            value.ReplaceWith(other);
            _changed = true;
            return;
        }

        _known[key] = value;
        added.Add(key);
        body.Add(value);
    }

    // A store writes only low bits: operations on the others are not needed.
    private Value Narrow(Value value, int bits)
    {
        while (true)
        {
            value = value.Current;
            var inner = value switch
            {
                { Op: Op.SignExtend } when value.Immediate >= bits => value.Operands[0],
                { Op: Op.And } when value.Operands[1].Current is { IsConstant: true } mask
                    && (mask.Immediate & Simplifier.Mask(bits)) == Simplifier.Mask(bits) => value.Operands[0],
                _ => null,
            };
            if (inner is null) return value;
            _changed = true;
            value = inner;
        }
    }

    private Value Place(Block block, Value value, Value instead, List<Value> body, List<Key> added)
    {
        value = value.Current;
        if (value.IsConstant || value.Block is not null) return value;
        for (var i = 0; i < value.Operands.Length; i++)
        {
            value.Operands[i] = Place(block, value.Operands[i], instead, body, added);
        }

        (value.Block, value.Source) = (block, instead.Source);
        Number(block, value, body, added);
        return value.Current;
    }

    private static Key KeyOf(Value value)
    {
        var (a, b) = (value.Operands.Length > 0
            ? value.Operands[0].Id
            : -1, value.Operands.Length > 1
            ? value.Operands[1].Id
            : -1);
        if (Simplifier.IsCommutative(value.Op) && a > b && b >= 0 && !value.Operands[1].IsConstant) (a, b) = (b, a);
        return new Key(value.Op, value.Immediate, value.Size, value.Referent, a, b);
    }

    private void SimplifyExit(Block block, List<Value> body)
    {
        block.Result = block.Result?.Current;
        if (block.Exit != ExitKind.Branch) return;
        var condition = BranchSimplifier.Simplify(_f, block.Comparison, block.Left!.Current, block.Right!.Current);
        var added = new List<Key>();
        var at = new Value(-1, Op.Undefined) { Source = block.Source };
        block.Left = Place(block, condition.Left, at, body, added);
        block.Right = Place(block, condition.Right, at, body, added);
        block.Comparison = condition.Comparison;
        block.End = block.End?.Current;
        foreach (var key in added) _known.Remove(key);
        bool? decided = ReferenceEquals(block.Target, block.Otherwise) ? true
            : block.Left.IsConstant && block.Right.IsConstant && !block.Comparison.IsPacketCheck()
                ? block.Comparison.Evaluate(block.Left.Immediate, block.Right.Immediate)
                : _facts.Decide(block.Comparison, block.Left, block.Right);
        if (decided is not { } answer) return;
        ControlFlow.MakeJump(block, answer ? block.Target! : block.Otherwise!);
        _changed = true;
    }
}
