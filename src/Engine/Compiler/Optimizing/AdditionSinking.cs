namespace EbpfCat.Compiler;

/// <summary>
/// Moves atomic additions of one value, at the ends of paths with the same successor, behind the join of these paths. A
/// phi joins their addresses. At least one address must be of a variable, since it can contain any offset.
/// </summary>
internal static class AdditionSinking
{
    public static bool Run(IrFunction f)
    {
        var uses = UseCounts.Of(f);
        var ends = f.Blocks.Where(block => block.Exit is ExitKind.Jump or ExitKind.Return
            && block.Body.Count > 0 && block.Body[^1].Op == Op.AtomicAdd).ToList();
        var changed = false;
        foreach (var equal in ends.GroupBy(block => (block.Exit, SuccessorOf(block) ?? (object)block.Result!.Current,
            block.LoopDepth, AdditionOf(block).Size, AdditionOf(block).Operands[1].Current)))
        {
            var first = equal.First();
            changed |= Sink(f, [.. equal.Where(block => HaveEqualOperands(block, first))], uses);
        }

        if (!changed) return false;
        DeadCode.Run(f);
        ControlFlow.Clean(f);
        return true;
    }

    private static Value AdditionOf(Block block) => block.Body[^1];

    // Null for a block that returns.
    private static Block? SuccessorOf(Block block) => block.Exit == ExitKind.Jump ? block.Target : null;

    // Whether the phis of the successor have the same operands for two of its predecessors.
    private static bool HaveEqualOperands(Block a, Block b)
    {
        if (SuccessorOf(a) is not { Phis.Count: > 0 } successor) return true;
        var (i, j) = (successor.Predecessors.IndexOf(a), successor.Predecessors.IndexOf(b));
        return successor.Phis.TrueForAll(phi => ReferenceEquals(phi.Operands[i].Current, phi.Operands[j].Current));
    }

    private static bool Sink(IrFunction f, List<Block> paths, int[] uses)
    {
        // Addresses in registers keep their offset, so that all must have it.
        var others = paths.FindAll(block => !IsOfVariable(block));
        var offset = others.Count == 0 ? 0 : AdditionOf(others[0]).Immediate;
        others.RemoveAll(block => AdditionOf(block).Immediate != offset);
        var variables = paths.Where(block => IsOfVariable(block) && PlaceOf(block).Offset >= offset)
            .GroupBy(PlaceOf).ToList();
        // Ends that are equal as they are have a shared tail later.
        if (variables.Count == 0 || variables.Count + others.Count < 2) return false;

        var addition = AdditionOf(variables[0].First());
        var join = NewEnd(f, variables[0].First());
        var addresses = new List<Value>();
        foreach (var same in variables)
        {
            var path = f.NewBlock();
            (path.Exit, path.Target) = (ExitKind.Jump, join);
            (path.LoopDepth, path.Source) = (join.LoopDepth, same.First().Source);
            var address = f.MapValueAddress(same.Key.Map, same.Key.Offset - offset);
            (address.Block, address.Source) = (path, AdditionOf(same.First()).Source);
            path.Body.Add(address);
            addresses.Add(address);
            join.Predecessors.Add(path);
            f.Blocks.Add(path);
            foreach (var block in same) Leave(block, path);
        }

        foreach (var block in others)
        {
            addresses.Add(AdditionOf(block).Operands[0].Current);
            Leave(block, join);
        }

        var pointer = f.NewValue(Op.Phi, [.. addresses]);
        pointer.Block = join;
        join.Phis.Add(pointer);
        var sunk = f.Store(addition.Region, pointer, offset, addition.Size, addition.Operands[1], Op.AtomicAdd);
        (sunk.Block, sunk.Source) = (join, addition.Source);
        join.Body.Add(sunk);
        return true;

        bool IsOfVariable(Block block) => AdditionOf(block).Operands[0].Current is { Op: Op.MapValueAddress } address
            && uses[address.Id] == 1;
    }

    private static (int Map, long Offset) PlaceOf(Block block)
    {
        var addition = AdditionOf(block);
        var address = addition.Operands[0].Current;
        return (address.Map, address.Immediate + addition.Immediate);
    }

    // A block that ends as another does. The phis of the successor take over the operands of the other.
    private static Block NewEnd(IrFunction f, Block other)
    {
        var end = f.NewBlock();
        (end.Exit, end.Target, end.Result) = (other.Exit, other.Target, other.Result);
        (end.LoopDepth, end.Source) = (other.LoopDepth, other.Source);
        if (SuccessorOf(other) is { } successor)
        {
            successor.Predecessors.Add(end);
            var index = successor.Predecessors.IndexOf(other);
            foreach (var phi in successor.Phis) phi.Operands = [.. phi.Operands, phi.Operands[index]];
        }

        f.Blocks.Add(end);
        return end;
    }

    // Ends a block with a jump in place of the addition.
    private static void Leave(Block block, Block to)
    {
        if (SuccessorOf(block) is { } successor) ControlFlow.Disconnect(block, successor);
        block.Body.RemoveAt(block.Body.Count - 1);
        (block.Exit, block.Target, block.Result) = (ExitKind.Jump, to, null);
        to.Predecessors.Add(block);
    }
}
