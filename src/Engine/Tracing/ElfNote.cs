namespace EbpfCat.Tracing;

/// <summary>A note in an ELF file (elf(5), <c>Elf64_Nhdr</c>).</summary>
/// <param name="Owner">The owner that defines its meaning: <c>GNU</c>, <c>stapsdt</c>.</param>
/// <param name="Type">Which of the owner's notes it is.</param>
/// <param name="Description">Its contents.</param>
public sealed record ElfNote(string Owner, uint Type, ReadOnlyMemory<byte> Description);
