namespace EbpfCat.Bytecode;

/// <summary>The arithmetic operations, as the high four bits of an opcode (RFC 9669, section 4.1).</summary>
public enum AluOperation : byte
{
    /// <summary>Addition.</summary>
    Add = 0x00,
    /// <summary>Subtraction.</summary>
    Sub = 0x10,
    /// <summary>Multiplication.</summary>
    Mul = 0x20,
    /// <summary>Division; by zero gives 0. Signed where the offset is 1 (Linux 6.6).</summary>
    Div = 0x30,
    /// <summary>Bitwise or.</summary>
    Or = 0x40,
    /// <summary>Bitwise and.</summary>
    And = 0x50,
    /// <summary>Shift left. The count is taken modulo the width.</summary>
    Lsh = 0x60,
    /// <summary>Logical shift right. The count is taken modulo the width.</summary>
    Rsh = 0x70,
    /// <summary>Negation; has no second operand.</summary>
    Neg = 0x80,
    /// <summary>Remainder; by zero gives the dividend. Signed where the offset is 1 (Linux 6.6).</summary>
    Mod = 0x90,
    /// <summary>Bitwise exclusive or.</summary>
    Xor = 0xa0,
    /// <summary>Move; sign-extends where the offset is 8, 16 or 32 (Linux 6.6).</summary>
    Mov = 0xb0,
    /// <summary>Arithmetic shift right. The count is taken modulo the width.</summary>
    Arsh = 0xc0,
    /// <summary>Byte order conversion; the immediate is the width in bits: 16, 32 or 64.</summary>
    End = 0xd0,
}
