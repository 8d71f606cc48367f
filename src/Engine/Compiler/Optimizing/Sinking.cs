namespace EbpfCat.Compiler;

/// <summary>Moves values that only one successor of their block needs to that successor.</summary>
internal static class Sinking
{
    public static bool Run(IrFunction f)
    {
        var users = Users(f);
        var dominators = new DominatorTree(f);
        var changed = false;
        for (var b = f.Blocks.Count - 1; b >= 0; b--)
        {
            var block = f.Blocks[b];
            if (block.Exit != ExitKind.Branch) continue;
            var writes = false;
            for (var i = block.Body.Count - 1; i >= 0; i--)
            {
                var value = block.Body[i];
                writes |= value.HasEffect;
                if (!CanMove(value, writes) || !users.TryGetValue(value, out var where) || where.Count == 0) continue;
                if (where.Contains(block)) continue;
                var target = block.Successors.FirstOrDefault(s => s.Predecessors.Count == 1
                    && where.All(w => dominators.Dominates(s, w)));
                if (target is null || target.LoopDepth > block.LoopDepth) continue;
                block.Body.RemoveAt(i);
                target.Body.Insert(0, value);
                value.Block = target;
                // Its operands are now used there, and may follow.
                foreach (var operand in value.Operands)
                {
                    if (!users.TryGetValue(operand.Current, out var uses)) continue;
                    uses.Remove(block);
                    if (UsesIn(block, operand.Current)) uses.Add(block);
                    uses.Add(target);
                }

                changed = true;
            }
        }

        return changed;
    }

    // A load may move to the end of the block if nothing writes there.
    private static bool CanMove(Value value, bool writes) => value.Op == Op.Load
        ? !writes && value.Region != MemoryRegion.Context
        : value.IsPure && value.Op is not (Op.Context or Op.Parameter or Op.Phi);

    // A phi after the block uses its operand at the end of the block.
    private static bool UsesIn(Block block, Value value) =>
        block.Successors.Any(s => s.Phis.Count > 0 && s.Predecessors.IndexOf(block) is >= 0 and var i
            && s.Phis.Exists(p => ReferenceEquals(p.Operands[i].Current, value)))
        || block.Body.Exists(v => v.Operands.Any(o => ReferenceEquals(o.Current, value)))
        || ReferenceEquals(block.Left?.Current, value) || ReferenceEquals(block.Right?.Current, value)
        || ReferenceEquals(block.End?.Current, value) || ReferenceEquals(block.Result?.Current, value);

    // The blocks that use each value; a phi uses its operands at the end of the blocks they come from.
    private static Dictionary<Value, HashSet<Block>> Users(IrFunction f)
    {
        var users = new Dictionary<Value, HashSet<Block>>();
        void Add(Value? value, Block block)
        {
            if (value is null || value.Current.IsConstant) return;
            if (!users.TryGetValue(value.Current, out var set)) users[value.Current] = set = [];
            set.Add(block);
        }

        foreach (var block in f.Blocks)
        {
            foreach (var phi in block.Phis)
            {
                for (var i = 0; i < phi.Operands.Length; i++) Add(phi.Operands[i], block.Predecessors[i]);
            }

            foreach (var value in block.Body)
            {
                foreach (var operand in value.Operands) Add(operand, block);
            }

            Add(block.Left, block);
            Add(block.Right, block);
            Add(block.End, block);
            Add(block.Result, block);
        }

        return users;
    }
}
