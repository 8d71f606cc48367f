namespace EbpfCat.Types;

/// <summary>A field of a struct.</summary>
/// <param name="Name">Its name; found without regard to case.</param>
/// <param name="Offset">Where it begins, in bytes from the beginning of the struct.</param>
public sealed record StructField(string Name, EbpfType Type, int Offset);
