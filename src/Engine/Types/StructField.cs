namespace EbpfCat.Types;

/// <summary>A field of a struct.</summary>
/// <param name="Name">Its name; found without regard to case.</param>
/// <param name="Offset">The offset in bytes from the start of the struct.</param>
public sealed record StructField(string Name, EbpfType Type, int Offset);
