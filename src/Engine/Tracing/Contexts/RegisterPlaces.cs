namespace EbpfCat.Tracing;

/// <summary>The registers in a context that is, or starts with, a <c>struct pt_regs</c>.</summary>
/// <param name="registers">The registers of the processor.</param>
/// <param name="memory">The memory that pointers in registers refer to.</param>
internal sealed class RegisterPlaces(Registers registers, EventMemory memory)
{
    /// <summary>The names on every architecture: instruction pointer, stack pointer, frame pointer.</summary>
    public static readonly IReadOnlyList<string> CommonNames = ["ip", "sp", "fp"];

    /// <summary>The names, including those of low parts.</summary>
    public IEnumerable<string> Names => CommonNames.Concat(registers.Names).Distinct();

    /// <summary>The access to a whole register.</summary>
    public EventAccess At(RegisterSlot slot)
    {
        var type = ScalarType.Integer(slot.Size * 8, signed: false);
        return new EventAccess(type, EventRoot.Context, slot.Offset, slot.Size) { Memory = memory };
    }

    /// <summary>Advice for a name that scripts of other tracers use for all registers.</summary>
    public string? Suggest(string name) => name.ToLowerInvariant() is "regs" or "ctx" or "pt_regs"
        ? $"The registers are fields of the event itself: {string.Join(", ", CommonNames.Concat(registers.Whole))}."
        : null;

    public EventPlace? Find(string name)
    {
        var lower = name.ToLowerInvariant();
        RegisterSlot? slot = lower switch
        {
            "ip" => registers.InstructionPointer,
            "sp" => registers.StackPointer,
            "fp" => registers.FramePointer,
            _ => registers.Find(lower),
        };
        return slot is { } found ? new PlainPlace(At(found)) : null;
    }
}
