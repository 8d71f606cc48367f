namespace EbpfCat.Tracing;

/// <summary>The place of a USDT argument when its probe is hit.</summary>
public abstract record UsdtOperand
{
    private UsdtOperand() { }

    /// <summary>The argument is a constant: <c>$5</c>.</summary>
    public sealed record Constant(long Value) : UsdtOperand;

    /// <summary>The argument is in a register: <c>%eax</c>, <c>x0</c>.</summary>
    public sealed record InRegister(RegisterSlot Register) : UsdtOperand;

    /// <summary>
    /// The argument is in the process's memory at base + index * scale + displacement: <c>-16(%rbp)</c>,
    /// <c>8(%rdi,%rax,8)</c>, <c>global+8(%rip)</c>, <c>[sp, 16]</c>.
    /// </summary>
    /// <param name="Base">The register to begin with; null where there is none.</param>
    /// <param name="Scale">The factor of the index.</param>
    /// <param name="Displacement">
    /// The bytes to add; if <paramref name="IsFileRelative"/> is set, the address of a symbol.
    /// </param>
    /// <param name="IsFileRelative">
    /// Whether the address is relative to the load address of the file, as for a global variable. The program computes
    /// the load address from the instruction pointer and the probe's address.
    /// </param>
    /// <param name="Symbol">The symbol that the address is relative to, or null.</param>
    public sealed record InMemory(
        RegisterSlot? Base, RegisterSlot? Index, int Scale, long Displacement, bool IsFileRelative = false,
        string? Symbol = null)
        : UsdtOperand;
}
