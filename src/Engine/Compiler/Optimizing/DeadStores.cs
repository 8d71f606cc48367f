namespace EbpfCat.Compiler;

/// <summary>Drops stores to stack slots that nothing reads: no load, and no call that gets the address.</summary>
internal static class DeadStores
{
    public static bool Run(IrFunction f)
    {
        var read = new HashSet<StackSlot>();
        foreach (var block in f.Blocks)
        {
            foreach (var value in block.Phis.Concat(block.Body))
            {
                for (var i = 0; i < value.Operands.Length; i++)
                {
                    // A store through an address does not read it, nor does the sum that makes the address: that is looked at where it is used.
                    if (value.Op == Op.Store && i == 0) continue;
                    if (value.Op == Op.Add && SlotOf(value) is not null) continue;
                    if (SlotOf(value.Operands[i]) is { } slot) read.Add(slot);
                }
            }
        }
        var changed = false;
        foreach (var block in f.Blocks)
        {
            changed |= block.Body.RemoveAll(v => v.Op == Op.Store && SlotOf(v.Operands[0]) is { } slot && !read.Contains(slot)) > 0;
        }
        return changed;
    }

    private static StackSlot? SlotOf(Value address)
    {
        address = address.Current;
        while (address.Op == Op.Add && address.Operands[1].Current.IsConstant) address = address.Operands[0].Current;
        return address.Op == Op.FrameAddress ? (StackSlot)address.Extra! : null;
    }
}
