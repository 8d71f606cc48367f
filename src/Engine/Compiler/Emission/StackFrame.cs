namespace EbpfCat.Compiler;

/// <summary>Gives each stack slot that is used its offset from the frame pointer.</summary>
internal static class StackFrame
{
    public static void Arrange(MachineFunction f)
    {
        var used = f.Blocks.SelectMany(b => b.Instructions).Select(i => i.Slot).OfType<StackSlot>().ToHashSet();
        var slots = f.Slots.Where(used.Contains).ToList();
        var depth = 0;
        foreach (var slot in slots)
        {
            depth += slot.Room;
            slot.Offset = -depth;
        }
        // Places are shared only if the stack would not suffice otherwise, because the analysis takes time.
        if (depth > StackLimit.Bytes) depth = StackSharing.Arrange(f, slots);
        if (depth > StackLimit.Bytes) throw StackLimit.Exceeded(depth);
    }
}
