namespace EbpfCat.Compiler;

/// <summary>Counts the uses of each value.</summary>
internal static class UseCounts
{
    public static int[] Of(IrFunction f)
    {
        var counts = new int[f.ValueCount];
        foreach (var block in f.Blocks)
        {
            foreach (var phi in block.Phis) Count(phi);
            foreach (var value in block.Body) Count(value);
            if (block.Left is { } left) counts[left.Current.Id]++;
            if (block.Right is { } right) counts[right.Current.Id]++;
            if (block.End is { } end) counts[end.Current.Id]++;
            if (block.Result is { } result) counts[result.Current.Id]++;
        }

        return counts;

        void Count(Value value)
        {
            foreach (var operand in value.Operands) counts[operand.Current.Id]++;
        }
    }
}
