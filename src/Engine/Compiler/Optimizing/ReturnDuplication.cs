namespace EbpfCat.Compiler;

/// <summary>Replaces a block that only returns a phi by one return block for each value of the phi.</summary>
internal static class ReturnDuplication
{
    public static bool Run(IrFunction f)
    {
        var changed = false;
        foreach (var block in f.Blocks.ToList())
        {
            if (block.Exit != ExitKind.Return || block.Body.Count > 0 || block.Phis.Count != 1) continue;
            var phi = block.Phis[0];
            if (!ReferenceEquals(block.Result!.Current, phi)) continue;
            changed = true;
            var returns = new Dictionary<Value, Block>();
            for (var i = 0; i < block.Predecessors.Count; i++)
            {
                var (from, value) = (block.Predecessors[i], phi.Operands[i].Current);
                if (!returns.TryGetValue(value, out var exit))
                {
                    returns[value] = exit = f.NewBlock();
                    (exit.Exit, exit.Result, exit.Source) = (ExitKind.Return, value, from.Source);
                    f.Blocks.Add(exit);
                }

                exit.Predecessors.Add(from);
                if (ReferenceEquals(from.Target, block)) from.Target = exit;
                if (ReferenceEquals(from.Otherwise, block)) from.Otherwise = exit;
            }

            block.Predecessors.Clear();
            f.Blocks.Remove(block);
        }

        f.UpdatePredecessors();
        return changed;
    }
}
