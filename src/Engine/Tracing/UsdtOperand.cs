namespace EbpfCat.Tracing;

/// <summary>Where a USDT argument stands when its probe is hit.</summary>
public abstract record UsdtOperand
{
    private UsdtOperand()
    {
    }

    /// <summary>The argument is a constant: <c>$5</c>.</summary>
    /// <param name="Value">Its value.</param>
    public sealed record Constant(long Value) : UsdtOperand;

    /// <summary>The argument is in a register: <c>%eax</c>, <c>x0</c>.</summary>
    /// <param name="Register">The register.</param>
    public sealed record InRegister(RegisterSlot Register) : UsdtOperand;

    /// <summary>
    /// The argument is in the process's memory at base + index * scale + displacement: <c>-16(%rbp)</c>,
    /// <c>8(%rdi,%rax,8)</c>, <c>global+8(%rip)</c>, <c>[sp, 16]</c>.
    /// </summary>
    /// <param name="Base">The register to begin with; null where there is none.</param>
    /// <param name="Index">The register to multiply; null where there is none.</param>
    /// <param name="Scale">What the index is multiplied by.</param>
    /// <param name="Displacement">
    /// What is added, in bytes. Where <paramref name="IsFileRelative"/> is set it holds the address of a symbol.
    /// </param>
    /// <param name="IsFileRelative">
    /// Whether the address counts from the place where the file was loaded, as that of a global variable does: the program
    /// finds the place by the instruction pointer less the probe's own address.
    /// </param>
    /// <param name="Symbol">The symbol that the address is given by; null where none.</param>
    public sealed record InMemory(
        RegisterSlot? Base, RegisterSlot? Index, int Scale, long Displacement, bool IsFileRelative = false, string? Symbol = null)
        : UsdtOperand;
}
