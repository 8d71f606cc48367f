namespace EbpfCat.Tracing;

/// <summary>A section of an ELF file (elf(5), <c>Elf64_Shdr</c>).</summary>
/// <param name="Name">The name: <c>.text</c>.</param>
/// <param name="Type">The kind of its contents: <c>sh_type</c>.</param>
/// <param name="Address">The address in memory, without the load address; 0 if the section is not loaded.</param>
/// <param name="Offset">The file offset in bytes.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="Link">The index of the linked section: the string table of a symbol table.</param>
/// <param name="Alignment">The alignment of the address in bytes.</param>
public sealed record ElfSection(
    string Name, uint Type, ulong Address, ulong Offset, ulong Size, int Link, ulong Alignment)
{
    /// <summary>Whether its contents are compressed, behind a header (<c>SHF_COMPRESSED</c>).</summary>
    public bool IsCompressed { get; init; }

    internal const uint SymbolTable = 2;
    internal const uint Notes = 7;
    internal const uint NoBits = 8;
    internal const uint DynamicSymbols = 11;
    internal const uint VersionDefinitions = 0x6ffffffd;
    internal const uint SymbolVersions = 0x6fffffff;
}
