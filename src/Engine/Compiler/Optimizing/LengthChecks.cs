namespace EbpfCat.Compiler;

/// <summary>
/// Compares the length of the packet with a constant in place of packet checks that bound no access: those behind
/// which nothing uses a pointer into the packet but other checks. The length is computed once, if several checks need
/// it. Runs when no pass follows that knows packet checks.
/// </summary>
internal sealed class LengthChecks
{
    private readonly IrFunction _f;

    // The blocks from which a block that needs the bounds can be reached, itself included.
    private readonly HashSet<Block> _needBounds = [];

    private LengthChecks(IrFunction f) => _f = f;

    public static void Run(IrFunction f)
    {
        var checks = f.Blocks
            .Where(block => block.Exit == ExitKind.Branch && block.Comparison.IsPacketCheck()
                && block.Left!.Current.Op == Op.Load && block.Left.Current.Block == block.End!.Current.Block)
            .ToList();
        if (checks.Count < 2) return;
        var pass = new LengthChecks(f);
        pass.FindUses();
        foreach (var sameStart in checks.Where(pass.BoundsNothing).GroupBy(b => (b.Left!.Current, b.End!.Current)))
        {
            if (sameStart.Count() > 1) pass.Replace([.. sameStart], sameStart.Key.Item1, sameStart.Key.Item2);
        }
    }

    private bool BoundsNothing(Block check) =>
        !_needBounds.Contains(check.Comparison == Comparison.PacketHas ? check.Target! : check.Otherwise!);

    private void Replace(List<Block> checks, Value start, Value end)
    {
        var length = _f.NewValue(Op.Sub, end, start);
        (length.Block, length.Source) = (end.Block, end.Source);
        var body = end.Block!.Body;
        body.Insert(Math.Max(body.IndexOf(start), body.IndexOf(end)) + 1, length);
        foreach (var check in checks)
        {
            (check.Left, check.End) = (length, null);
            check.Comparison = check.Comparison == Comparison.PacketHas
                ? Comparison.UnsignedGreaterOrEqual
                : Comparison.UnsignedLess;
        }
    }

    private void FindUses()
    {
        var pointers = new HashSet<Value>();
        foreach (var block in _f.Blocks)
        {
            if (block.Exit == ExitKind.Branch && block.Comparison.IsPacketCheck()) pointers.Add(block.Left!.Current);
        }

        var work = new Stack<Block>();
        for (var count = -1; count != pointers.Count;)
        {
            count = pointers.Count;
            foreach (var value in _f.Blocks.SelectMany(block => block.Phis.Concat(block.Body)))
            {
                if (value.Op is Op.Add or Op.Sub or Op.Phi or Op.Opaque && UsesAny(value, pointers)
                    && !IsLength(value, pointers))
                {
                    pointers.Add(value);
                }
            }
        }

        foreach (var block in _f.Blocks)
        {
            if (block.Phis.Concat(block.Body).Any(value => UsesAny(value, pointers) && !IsLength(value, pointers))
                || (block.Exit == ExitKind.Branch && block.End is null && pointers.Contains(block.Left!.Current))
                || (block.Result is { } result && pointers.Contains(result.Current)))
            {
                work.Push(block);
            }
        }

        while (work.TryPop(out var block))
        {
            if (!_needBounds.Add(block)) continue;
            foreach (var predecessor in block.Predecessors) work.Push(predecessor);
        }
    }

    // A pointer subtracted from the end, which is none.
    private static bool IsLength(Value value, HashSet<Value> pointers) => value.Op == Op.Sub
        && pointers.Contains(value.Operands[1].Current) && !pointers.Contains(value.Operands[0].Current);

    private static bool UsesAny(Value value, HashSet<Value> pointers) =>
        value.Operands.Any(operand => pointers.Contains(operand.Current));
}
