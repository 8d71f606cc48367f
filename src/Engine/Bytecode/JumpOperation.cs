namespace EbpfCat.Bytecode;

/// <summary>The jump operations, as the high four bits of an opcode (RFC 9669, section 4.3).</summary>
public enum JumpOperation : byte
{
    /// <summary>Jumps always.</summary>
    Always = 0x00,
    /// <summary>Jumps if equal.</summary>
    Eq = 0x10,
    /// <summary>Jumps if greater, unsigned.</summary>
    Gt = 0x20,
    /// <summary>Jumps if greater or equal, unsigned.</summary>
    Ge = 0x30,
    /// <summary>Jumps if the operands have a set bit in common.</summary>
    Set = 0x40,
    /// <summary>Jumps if not equal.</summary>
    Ne = 0x50,
    /// <summary>Jumps if greater, signed.</summary>
    Sgt = 0x60,
    /// <summary>Jumps if greater or equal, signed.</summary>
    Sge = 0x70,
    /// <summary>Calls a function.</summary>
    Call = 0x80,
    /// <summary>Returns from the function.</summary>
    Exit = 0x90,
    /// <summary>Jumps if less, unsigned (Linux 4.14, as the three below).</summary>
    Lt = 0xa0,
    /// <summary>Jumps if less or equal, unsigned.</summary>
    Le = 0xb0,
    /// <summary>Jumps if less, signed.</summary>
    Slt = 0xc0,
    /// <summary>Jumps if less or equal, signed.</summary>
    Sle = 0xd0,
}
