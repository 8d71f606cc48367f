namespace EbpfCat.Binding;

/// <summary>A register that is multiplied and added to a pointer.</summary>
/// <param name="Offset">Where the context holds it, in bytes.</param>
/// <param name="Size">How many bytes it has there: 4 or 8.</param>
/// <param name="Scale">What it is multiplied by.</param>
public sealed record EventIndex(int Offset, int Size, int Scale);
