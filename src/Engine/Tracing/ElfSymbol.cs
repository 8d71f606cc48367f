namespace EbpfCat.Tracing;

/// <summary>A symbol that an ELF file defines (elf(5), <c>Elf64_Sym</c>).</summary>
/// <param name="Name">The name, without a version.</param>
/// <param name="Address">Where the program expects it in memory.</param>
/// <param name="Size">How many bytes it has; 0 where the file does not say.</param>
/// <param name="Kind">What it names.</param>
/// <param name="IsGlobal">Whether other files may use it.</param>
public readonly record struct ElfSymbol(string Name, ulong Address, ulong Size, ElfSymbolKind Kind, bool IsGlobal)
{
    /// <summary>
    /// Whether it names code. A probe on an <see cref="ElfSymbolKind.IndirectFunction"/> fires when the loader asks which
    /// implementation to use, not when the function is called.
    /// </summary>
    public bool IsFunction => Kind is ElfSymbolKind.Function or ElfSymbolKind.IndirectFunction;
}
