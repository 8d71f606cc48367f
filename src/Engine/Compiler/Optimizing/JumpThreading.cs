namespace EbpfCat.Compiler;

/// <summary>
/// Jump threading: if the edge into a block decides the branch at its end, the edge leads to the target directly, and
/// on from there; likewise if both targets of the branch lead to the same place. Blocks that are skipped have no
/// effect, and their values are not needed later.
/// </summary>
internal sealed class JumpThreading
{
    private const int MaxDominators = 24;
    private const int MaxPassed = 24;
    private const int MaxVisited = 256;

    private readonly DominatorTree _dominators;
    // The blocks, other than its own, that use a value, by its id; a phi uses its operands at the end of the
    // predecessors.
    private readonly List<Block>?[] _users;

    // Blocks that skip others since the dominator tree was built.
    private readonly HashSet<Block> _bypassed = [];

    private readonly List<Block> _passed = [];
    private readonly Dictionary<Value, Value> _seen = [];
    private BranchFacts? _facts;
    private Block _start = null!;
    private int _budget;

    private JumpThreading(IrFunction f) => (_dominators, _users) = (new DominatorTree(f), UsersOutside(f));

    /// <param name="f">The function.</param>
    /// <param name="steps">The number of blocks that may be skipped in all; the skipped ones are subtracted.</param>
    public static bool Run(IrFunction f, ref int steps)
    {
        if (steps <= 0) return false;
        var pass = new JumpThreading(f);
        var changed = false;
        foreach (var block in f.Blocks)
        {
            if (block == f.Entry || block.Predecessors.Count < 2 || !IsPassable(block)) continue;
            foreach (var predecessor in block.Predecessors.ToArray())
            {
                if (block.Predecessors.Count < 2 || steps <= 0) break;
                changed |= pass.Thread(predecessor, block);
                steps -= MaxPassed - pass._budget;
            }
        }

        if (changed) f.UpdatePredecessors();
        return changed;
    }

    private static bool IsPassable(Block block) =>
        block.Exit is ExitKind.Branch or ExitKind.Jump && !block.Body.Exists(v => v.HasEffect);

    private bool Thread(Block predecessor, Block block)
    {
        if (ReferenceEquals(predecessor.Target, predecessor.Otherwise)) return false;
        (_start, _facts, _budget) = (predecessor, null, MaxPassed);
        _passed.Clear();
        _seen.Clear();
        var (last, end) = Follow(predecessor, block, 0);
        if (_passed.Contains(end) || !_passed.Exists(p => p.Exit == ExitKind.Branch)) return false;
        // A value of a skipped block is missing if no other path computes it.
        foreach (var passed in _passed)
        {
            if (_dominators.Dominates(passed, end) && (passed.Phis.Exists(v => IsNeeded(v, end))
                || passed.Body.Exists(v => IsNeeded(v, end))))
            {
                return false;
            }
        }

        var values = ValuesFor(last, end);
        return !Array.Exists(values, IsNew) && Redirect(predecessor, block, end, values);
    }

    // Whether code after the start of a block uses a value: paths are followed back from the uses.
    private bool IsNeeded(Value value, Block at)
    {
        if (_users[value.Id] is not { } users) return false;
        var seen = new HashSet<Block>();
        var work = new Stack<Block>(users);
        while (work.TryPop(out var block))
        {
            if (ReferenceEquals(block, value.Block) || !seen.Add(block)) continue;
            if (ReferenceEquals(block, at) || seen.Count > MaxVisited) return true;
            foreach (var predecessor in block.Predecessors) work.Push(predecessor);
        }

        return false;
    }

    private Value Seen(Value value)
    {
        value = value.Current;
        return _seen.TryGetValue(value, out var seen) ? seen : value;
    }

    // The last edge of the path that begins with an edge.
    private (Block From, Block To) Follow(Block from, Block to, int depth)
    {
        while (_budget-- > 0 && IsPassable(to) && !_passed.Contains(to))
        {
            Pass(from, to);
            if (to.Exit == ExitKind.Jump)
            {
                (from, to) = (to, to.Target!);
                continue;
            }

            if (Decide(to) is { } answer)
            {
                (from, to) = (to, answer ? to.Target! : to.Otherwise!);
                continue;
            }

            if (depth == 0 && BothWays(to) is { } same) return same;
            Unpass(_passed.Count - 1);
            break;
        }

        return (from, to);
    }

    // The common place that both successors of a block lead to with the same values; null if there is none.
    private (Block From, Block To)? BothWays(Block block)
    {
        var first = _passed.Count;
        var (from, to) = Follow(block, block.Target!, 1);
        var values = ValuesFor(from, to);
        var passed = _passed.GetRange(first, _passed.Count - first);
        Unpass(first);
        (from, var otherTo) = Follow(block, block.Otherwise!, 1);
        if (ReferenceEquals(to, otherTo) && ValuesFor(from, to).AsSpan().SequenceEqual(values))
        {
            _passed.AddRange(passed);
            return (from, to);
        }

        Unpass(first);
        return null;
    }

    private Value[] ValuesFor(Block from, Block to)
    {
        if (to.Phis.Count == 0) return [];
        var index = to.Predecessors.IndexOf(from);
        return [.. to.Phis.Select(p => Seen(p.Operands[index]))];
    }

    private void Pass(Block from, Block block)
    {
        var values = ValuesFor(from, block);
        for (var i = 0; i < values.Length; i++) _seen[block.Phis[i]] = values[i];
        _passed.Add(block);
    }

    private void Unpass(int first)
    {
        for (var i = first; i < _passed.Count; i++)
        {
            foreach (var phi in _passed[i].Phis) _seen.Remove(phi);
        }

        _passed.RemoveRange(first, _passed.Count - first);
    }

    // The result of a branch on the path: by the phis' values there, and by the branches before the start of the path.
    private bool? Decide(Block block)
    {
        var (left, right) = (Seen(block.Left!), Seen(block.Right!));
        if (left.IsConstant && right.IsConstant && !block.Comparison.IsPacketCheck())
            return block.Comparison.Evaluate(left.Immediate, right.Immediate);
        // Values that are computed on the path are unknown: the facts are of their last computation.
        if (IsNew(left) || IsNew(right)) return null;
        _facts ??= FactsAt(_start);
        return _facts.Decide(block.Comparison, left, right);
    }

    private bool IsNew(Value value) => !value.IsConstant && value.Block is { } at && _passed.Contains(at);

    private BranchFacts FactsAt(Block block)
    {
        var facts = new BranchFacts();
        var chain = new List<(Block From, Block To)> { (block, _passed[0]) };
        var at = block;
        for (var i = 0; i < MaxDominators; i++)
        {
            if (at.Predecessors.Count == 1 && (i == 0 || !_bypassed.Contains(at))) chain.Add((at.Predecessors[0], at));
            if (_dominators.ImmediateDominator(at) is not { } next) break;
            at = next;
        }

        for (var i = chain.Count - 1; i >= 0; i--) facts.AddEdge(chain[i].From, chain[i].To);
        return facts;
    }

    private bool Redirect(Block predecessor, Block block, Block end, Value[] values)
    {
        var index = end.Predecessors.IndexOf(predecessor);
        if (index >= 0)
        {
            // Phis cannot distinguish two edges from one block: their values must be the same for both.
            for (var i = 0; i < values.Length; i++)
            {
                if (!ReferenceEquals(end.Phis[i].Operands[index].Current, values[i])) return false;
            }

            ControlFlow.MakeJump(predecessor, end);
            return true;
        }

        if (ReferenceEquals(predecessor.Target, block)) predecessor.Target = end;
        if (ReferenceEquals(predecessor.Otherwise, block)) predecessor.Otherwise = end;
        ControlFlow.Disconnect(predecessor, block);
        end.Predecessors.Add(predecessor);
        for (var i = 0; i < values.Length; i++)
        {
            end.Phis[i].Operands = [.. end.Phis[i].Operands, values[i]];
            Note(_users, values[i], predecessor);
        }

        for (var at = end; at is not null
            && !_dominators.Dominates(at, predecessor); at = _dominators.ImmediateDominator(at))
        {
            _bypassed.Add(at);
        }

        return true;
    }

    private static List<Block>?[] UsersOutside(IrFunction f)
    {
        var result = new List<Block>?[f.ValueCount];
        foreach (var block in f.Blocks)
        {
            foreach (var phi in block.Phis)
            {
                for (var i = 0; i < phi.Operands.Length; i++) Note(result, phi.Operands[i], block.Predecessors[i]);
            }

            foreach (var value in block.Body)
            {
                foreach (var operand in value.Operands) Note(result, operand, block);
            }

            Note(result, block.Left, block);
            Note(result, block.Right, block);
            Note(result, block.End, block);
            Note(result, block.Result, block);
        }

        return result;
    }

    private static void Note(List<Block>?[] users, Value? value, Block block)
    {
        if (value?.Current is not { IsConstant: false } used || ReferenceEquals(used.Block, block)) return;
        (users[used.Id] ??= []).Add(block);
    }
}
