using EbpfCat.Bytecode;

namespace EbpfCat.Compiler;

/// <summary>Drops values that nothing with an effect depends on.</summary>
internal static class DeadCode
{
    public static bool Run(IrFunction f)
    {
        var live = new bool[f.ValueCount];
        var work = new Stack<Value>();
        void Need(Value? value)
        {
            if (value is null) return;
            value = value.Current;
            if (live[value.Id]) return;
            live[value.Id] = true;
            work.Push(value);
        }

        foreach (var block in f.Blocks)
        {
            Need(block.Left);
            Need(block.Right);
            Need(block.End);
            Need(block.Result);
            foreach (var value in block.Body)
            {
                if (value.HasEffect && !IsPureCall(value)) Need(value);
            }
        }

        while (work.TryPop(out var value))
        {
            foreach (var operand in value.Operands) Need(operand);
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
