namespace EbpfCat.Compiler;

/// <summary>Removes stores to stack slots whose bytes are all written again before they are read.</summary>
internal static class DeadStores
{
    public static bool Run(IrFunction f)
    {
        if (f.Slots.Count == 0) return false;
        var liveness = new SlotLiveness(f);
        var dropped = false;
        foreach (var block in f.Blocks)
        {
            liveness.StartAtEnd(block);
            var left = block.Body.Count;
            for (var j = block.Body.Count - 1; j >= 0; j--)
            {
                var value = block.Body[j];
                if (liveness.StepOver(value)) block.Body[--left] = value;
            }

            if (left == 0) continue;
            block.Body.RemoveRange(0, left);
            dropped = true;
        }

        return dropped;
    }
}
