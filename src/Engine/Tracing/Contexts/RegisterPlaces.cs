using EbpfCat.Binding;
using EbpfCat.Compiler;
using EbpfCat.Types;

namespace EbpfCat.Tracing;

/// <summary>The registers in a context that is a <c>struct pt_regs</c>, or begins with one.</summary>
/// <param name="registers">The processor's.</param>
/// <param name="memory">Whose memory pointers in them lead to.</param>
internal sealed class RegisterPlaces(Registers registers, EventMemory memory)
{
    /// <summary>The names that every processor's have: instruction pointer, stack pointer, frame pointer.</summary>
    public static readonly IReadOnlyList<string> CommonNames = ["ip", "sp", "fp"];

    /// <summary>The names, those of low parts with them.</summary>
    public IEnumerable<string> Names => CommonNames.Concat(registers.Names).Distinct();

    /// <summary>How the whole of a register is reached.</summary>
    public EventAccess At(RegisterSlot slot) =>
        new(ScalarType.Integer(slot.Size * 8, signed: false), EventRoot.Context, slot.Offset, slot.Size) { Memory = memory };

    /// <summary>The register of a name, or null.</summary>
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
