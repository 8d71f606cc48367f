namespace EbpfCat.Benchmarks.Clang;

/// <summary>An instruction that takes the address of a map, or of a variable in a data section.</summary>
/// <param name="Slot">The instruction's slot.</param>
/// <param name="Map">The map's name; null for a variable.</param>
/// <param name="Section">The data section's name; null for a map.</param>
/// <param name="Offset">The variable's offset in the section.</param>
internal sealed record Relocation(int Slot, string? Map, string? Section, int Offset);
