namespace EbpfCat.Compiler;

/// <summary>
/// Computes the second of two sums of a number with constants from the first, if nothing else uses the number: one
/// register suffices for all three.
/// </summary>
internal static class Reassociation
{
    public static void Run(IrFunction f)
    {
        var uses = UseCounts.Of(f);
        var dominators = new DominatorTree(f);
        var sums = new Dictionary<Value, Value>();
        foreach (var block in f.Blocks)
        {
            foreach (var value in block.Body)
            {
                if (value.Op != Op.Add || !value.Operands[1].Current.IsConstant) continue;
                var number = value.Operands[0].Current;
                if (uses[number.Id] != 2 || number.Op is not (Op.Load or Op.ByteSwap or Op.And or Op.Phi)) continue;
                if (!sums.TryGetValue(number, out var first))
                {
                    sums[number] = value;
                    continue;
                }

                if (!dominators.Dominates(first.Block!, block)) continue;
                var rest = unchecked(value.Operands[1].Current.Immediate - first.Operands[1].Current.Immediate);
                value.Operands = [first, f.Constant(rest)];
            }
        }
    }
}
