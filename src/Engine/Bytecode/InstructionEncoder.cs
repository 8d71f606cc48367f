namespace EbpfCat.Bytecode;

/// <summary>
/// Writes instructions as the kernel of this machine reads them: slots of eight bytes in the processor's byte order
/// (RFC 9669, section 3.1). Values out of range are refused here; whether a program makes sense is for the verifier.
/// </summary>
public static class InstructionEncoder
{
    /// <summary>The size of a slot in bytes.</summary>
    public const int SlotSize = 8;

    /// <summary>The number of slots of the instructions.</summary>
    public static int CountSlots(ReadOnlySpan<Instruction> instructions)
    {
        var slots = 0;
        foreach (var instruction in instructions)
            slots += instruction.SlotCount;
        return slots;
    }

    /// <summary>Encodes a program.</summary>
    /// <exception cref="BytecodeException">An instruction has an unknown opcode or a value out of range.</exception>
    public static byte[] Encode(ReadOnlySpan<Instruction> instructions)
    {
        var bytes = new byte[CountSlots(instructions) * SlotSize];
        Encode(instructions, bytes);
        return bytes;
    }

    /// <summary>Encodes a program into a buffer and returns the number of bytes written.</summary>
    /// <exception cref="ArgumentException">The buffer is too small.</exception>
    /// <exception cref="BytecodeException">An instruction has an unknown opcode or a value out of range.</exception>
    public static int Encode(ReadOnlySpan<Instruction> instructions, Span<byte> destination)
    {
        if (destination.Length < CountSlots(instructions) * SlotSize)
            throw new ArgumentException("The buffer is too small for the program.", nameof(destination));
        var slot = 0;
        foreach (var instruction in instructions)
        {
            Check(instruction, slot);
            Write(instruction, destination[(slot * SlotSize)..]);
            slot += instruction.SlotCount;
        }

        return slot * SlotSize;
    }

    private static void Check(Instruction instruction, int slot)
    {
        if (!InstructionSets.IsKnown(instruction.Opcode))
            throw new BytecodeException(slot, $"there is no opcode 0x{(byte)instruction.Opcode:x2}.");
        if (instruction.Destination > Register.R10 || instruction.Source > Register.R10)
            throw new BytecodeException(slot, "there is no register above r10.");
        if (instruction.SlotCount == 1 && instruction.Immediate is < int.MinValue or > int.MaxValue)
            throw new BytecodeException(slot, $"the immediate {instruction.Immediate} does not fit in 32 bits.");
    }

    private static void Write(Instruction instruction, Span<byte> bytes)
    {
        var (low, high) = ((int)instruction.Destination, (int)instruction.Source);
        bytes[0] = (byte)instruction.Opcode;
        // The registers are C bit fields, so which one comes first follows the byte order too.
        bytes[1] = (byte)(BitConverter.IsLittleEndian ? low | (high << 4) : (low << 4) | high);
        MemoryMarshal.Write(bytes[2..], instruction.Offset);
        MemoryMarshal.Write(bytes[4..], (int)instruction.Immediate);
        if (instruction.SlotCount == 1)
            return;
        bytes.Slice(SlotSize, 4).Clear();
        MemoryMarshal.Write(bytes[(SlotSize + 4)..], (int)(instruction.Immediate >> 32));
    }
}
