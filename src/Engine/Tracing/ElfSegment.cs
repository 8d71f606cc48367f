namespace EbpfCat.Tracing;

/// <summary>A segment of an ELF file: what the loader puts into memory (elf(5), <c>Elf64_Phdr</c>).</summary>
/// <param name="Type">What it is for: <c>p_type</c>.</param>
/// <param name="Flags">1 executable, 2 writable, 4 readable: <c>p_flags</c>.</param>
/// <param name="Offset">Where it stands in the file, in bytes.</param>
/// <param name="Address">Where the program expects it in memory.</param>
/// <param name="FileSize">How many bytes of it stand in the file; zeros follow them in memory.</param>
/// <param name="MemorySize">How many bytes it has in memory.</param>
public sealed record ElfSegment(uint Type, uint Flags, ulong Offset, ulong Address, ulong FileSize, ulong MemorySize)
{
    internal const uint Loaded = 1;

    /// <summary>Whether the loader maps it (PT_LOAD).</summary>
    public bool IsLoaded => Type == Loaded;

    /// <summary>Whether it holds code.</summary>
    public bool IsExecutable => (Flags & 1) != 0;
}
