namespace EbpfCat.Btf;

/// <summary>A variable in a section.</summary>
/// <param name="Offset">The offset in bytes from the start of the section.</param>
/// <param name="Size">The size in bytes.</param>
public readonly record struct BtfSectionEntry(BtfType Variable, int Offset, int Size);
