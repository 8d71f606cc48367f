using EbpfCat.Language;

namespace EbpfCat.Compiler;

/// <summary>Gives each stack slot that is used its offset from the frame pointer.</summary>
internal static class StackFrame
{
    private const int Limit = 512; // MAX_BPF_STACK

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
        // Places are shared only where they must be: it takes its time to tell.
        if (depth > Limit) depth = StackSharing.Arrange(f, slots);
        if (depth > Limit)
        {
            throw new CompileException("StackTooLarge", $"The program needs {depth} bytes of stack; the kernel allows {Limit}.", null,
                "Keep large structs in a per-CPU array map, and texts short.");
        }
    }
}
