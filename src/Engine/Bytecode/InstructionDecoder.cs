namespace EbpfCat.Bytecode;

/// <summary>Reads instructions from bytes in the processor's byte order, as the kernel gives them back.</summary>
public static class InstructionDecoder
{
    /// <summary>Decodes a program.</summary>
    /// <param name="bytes">Slots of eight bytes.</param>
    /// <exception cref="BytecodeException">An opcode is unknown, or the last instruction is incomplete.</exception>
    public static Instruction[] Decode(ReadOnlySpan<byte> bytes)
    {
        var slots = bytes.Length / InstructionEncoder.SlotSize;
        if (bytes.Length % InstructionEncoder.SlotSize != 0)
            throw new BytecodeException(slots, "the program ends within a slot of eight bytes.");
        var instructions = new List<Instruction>(slots);
        for (var slot = 0; slot < slots; slot += instructions[^1].SlotCount)
            instructions.Add(DecodeAt(bytes, slot));
        return [.. instructions];
    }

    private static Instruction DecodeAt(ReadOnlySpan<byte> program, int slot)
    {
        var bytes = program[(slot * InstructionEncoder.SlotSize)..];
        var opcode = (Opcode)bytes[0];
        if (!InstructionSets.IsKnown(opcode))
            throw new BytecodeException(slot, $"there is no opcode 0x{bytes[0]:x2}.");
        var (low, high) = ((Register)(bytes[1] & 0x0f), (Register)(bytes[1] >> 4));
        var instruction = new Instruction(
            opcode, BitConverter.IsLittleEndian ? low : high, BitConverter.IsLittleEndian ? high : low,
            MemoryMarshal.Read<short>(bytes[2..]), MemoryMarshal.Read<int>(bytes[4..]));
        if (instruction.SlotCount == 1)
            return instruction;
        if (bytes.Length < 2 * InstructionEncoder.SlotSize)
            throw new BytecodeException(slot, "the program ends within a 64-bit immediate load.");
        var second = bytes[InstructionEncoder.SlotSize..];
        if (MemoryMarshal.Read<int>(second) != 0)
            throw new BytecodeException(slot + 1, "the second slot of a 64-bit immediate holds more than a number.");
        var value = (uint)instruction.Immediate | ((long)MemoryMarshal.Read<int>(second[4..]) << 32);
        return instruction with { Immediate = value };
    }
}
