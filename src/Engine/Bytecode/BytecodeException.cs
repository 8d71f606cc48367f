namespace EbpfCat.Bytecode;

/// <summary>Thrown for bytes that are not an eBPF program, and for instructions that cannot be encoded.</summary>
/// <param name="slot">The position of the error, in slots of eight bytes from the start of the program.</param>
/// <param name="reason">The problem.</param>
public sealed class BytecodeException(int slot, string reason) : Exception($"Slot {slot}: {reason}")
{
    /// <summary>The position of the error, in slots of eight bytes from the start of the program.</summary>
    public int Slot { get; } = slot;
}
