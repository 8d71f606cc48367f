namespace EbpfCat.Tracing;

/// <summary>A symbol that an ELF file defines (elf(5), <c>Elf64_Sym</c>).</summary>
/// <param name="Name">The name, without a version.</param>
/// <param name="Address">The address in the file.</param>
/// <param name="Size">The size in bytes; 0 if unknown.</param>
/// <param name="Kind">The kind of the named object.</param>
/// <param name="IsGlobal">Whether other files may use it.</param>
public readonly record struct ElfSymbol(string Name, ulong Address, ulong Size, ElfSymbolKind Kind, bool IsGlobal)
{
    /// <summary>The version of the symbol, such as <c>GLIBC_2.14</c>; null if it has none.</summary>
    public string? Version { get; init; }

    /// <summary>
    /// Whether programs that are linked now use it. An older version of it, <c>memcpy@GLIBC_2.2.5</c>, serves programs
    /// that were linked before.
    /// </summary>
    public bool IsDefaultVersion { get; init; } = true;

    /// <summary>
    /// Whether it names code. A probe on an <see cref="ElfSymbolKind.IndirectFunction"/> fires when the loader chooses
    /// the implementation, not when the function is called.
    /// </summary>
    public bool IsFunction => Kind is ElfSymbolKind.Function or ElfSymbolKind.IndirectFunction;
}
