namespace EbpfCat.Tracing;

/// <summary>A segment of an ELF file, which the loader maps (elf(5), <c>Elf64_Phdr</c>).</summary>
/// <param name="Type">The kind of segment: <c>p_type</c>.</param>
/// <param name="Flags">1 executable, 2 writable, 4 readable: <c>p_flags</c>.</param>
/// <param name="Offset">The file offset in bytes.</param>
/// <param name="Address">The address in the file.</param>
/// <param name="FileSize">Its size in the file in bytes; the rest is zero in memory.</param>
/// <param name="MemorySize">Its size in memory in bytes.</param>
public sealed record ElfSegment(uint Type, uint Flags, ulong Offset, ulong Address, ulong FileSize, ulong MemorySize)
{
    internal const uint Loaded = 1;

    /// <summary>Whether the loader maps it (PT_LOAD).</summary>
    public bool IsLoaded => Type == Loaded;

    /// <summary>Whether it holds code.</summary>
    public bool IsExecutable => (Flags & 1) != 0;
}
