namespace EbpfCat.Bytecode;

/// <summary>Bytes that are no eBPF program, or instructions that cannot be encoded.</summary>
/// <param name="slot">Where, in slots of eight bytes from the start of the program.</param>
/// <param name="reason">What is wrong there.</param>
public sealed class BytecodeException(int slot, string reason) : Exception($"Slot {slot}: {reason}")
{
    /// <summary>Where, in slots of eight bytes from the start of the program.</summary>
    public int Slot { get; } = slot;
}
