namespace EbpfCat.Btf;

/// <summary>A variable in a section.</summary>
/// <param name="Offset">Where it begins, in bytes from the beginning of the section.</param>
/// <param name="Size">How many bytes it takes.</param>
public readonly record struct BtfSectionEntry(BtfType Variable, int Offset, int Size);
