namespace EbpfCat.Compiler;

/// <summary>
/// Keeps the comparisons that bound the size arguments of helpers, and turns packet checks into comparisons if a size
/// is computed from the length of the packet: the verifier knows the bounds of a size by these alone.
/// </summary>
internal static class HelperSizes
{
    public static void Run(IrFunction f)
    {
        var lengths = new HashSet<(Value End, Value Start)>();
        foreach (var call in f.Blocks.SelectMany(block => block.Body).Where(value => value.Op == Op.Call))
        {
            var parameters = HelperTable.OfCall(call.Helper).Parameters;
            for (var i = 0; i < call.Operands.Length && i < parameters.Count; i++)
            {
                if (parameters[i].Kind == HelperParameterKind.Size) Mark(call.Operands[i], lengths);
            }
        }

        foreach (var block in f.Blocks) CompareLength(f, block, lengths);
    }

    private static void Mark(Value value, HashSet<(Value End, Value Start)> lengths)
    {
        value = value.Current;
        if (value.IsConstant || value.KeepsComparisons) return;
        value.KeepsComparisons = true;
        switch (value.Op)
        {
            case Op.Phi:
                foreach (var operand in value.Operands) Mark(operand, lengths);
                break;
            case Op.SignExtend:
            case Op.Add or Op.Sub or Op.And when value.Operands[1].Current.IsConstant:
                Mark(value.Operands[0], lengths);
                break;
            case Op.Sub:
                lengths.Add((value.Operands[0].Current, value.Operands[1].Current));
                break;
        }
    }

    private static void CompareLength(IrFunction f, Block block, HashSet<(Value End, Value Start)> lengths)
    {
        if (block is not { Exit: ExitKind.Branch, End.Current: var end, Left.Current: var start }) return;
        if (!lengths.Contains((end, start))) return;
        var length = f.NewValue(Op.Sub, end, start);
        (length.Block, length.Source, length.KeepsComparisons) = (block, block.Source, true);
        block.Body.Add(length);
        block.Comparison = block.Comparison == Comparison.PacketHas
            ? Comparison.UnsignedGreaterOrEqual
            : Comparison.UnsignedLess;
        (block.Left, block.End) = (length, null);
    }
}
