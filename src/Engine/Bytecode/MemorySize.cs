namespace EbpfCat.Bytecode;

/// <summary>The size of a load or store, as bits 3 and 4 of an opcode (RFC 9669, section 5).</summary>
public enum MemorySize : byte
{
    /// <summary>Four bytes.</summary>
    Word = 0x00,
    /// <summary>Two bytes.</summary>
    Half = 0x08,
    /// <summary>One byte.</summary>
    Byte = 0x10,
    /// <summary>Eight bytes.</summary>
    Double = 0x18,
}
