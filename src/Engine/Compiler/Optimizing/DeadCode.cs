namespace EbpfCat.Compiler;

/// <summary>Removes values that no exit and no effect uses, directly or through other values.</summary>
internal static class DeadCode
{
    public static bool Run(IrFunction f)
    {
        var live = new bool[f.ValueCount];
        var work = new Stack<Value>();
        void MarkLive(Value? value)
        {
            if (value is null) return;
            value = value.Current;
            if (live[value.Id]) return;
            live[value.Id] = true;
            work.Push(value);
        }

        foreach (var block in f.Blocks)
        {
            MarkLive(block.Left);
            MarkLive(block.Right);
            MarkLive(block.End);
            MarkLive(block.Result);
            foreach (var value in block.Body)
            {
                if (value.HasEffect && !IsPureCall(value)) MarkLive(value);
            }
        }

        while (work.TryPop(out var value))
        {
            foreach (var operand in value.Operands) MarkLive(operand);
        }

        var changed = false;
        foreach (var block in f.Blocks)
        {
            changed |= block.Phis.RemoveAll(p => p.IsReplaced || !live[p.Id]) > 0;
            changed |= block.Body.RemoveAll(v => v.IsReplaced || !live[v.Id]) > 0;
        }

        return changed;
    }

    private static bool IsPureCall(Value value) =>
        value.Op == Op.Call && HelperTable.OfCall(value.Helper).Has(HelperTraits.NoEffect);
}
