namespace EbpfCat.Binding;

/// <summary>A register that is multiplied and added to a pointer.</summary>
/// <param name="Offset">The offset of the register in the context, in bytes.</param>
/// <param name="Size">Its size there, in bytes: 4 or 8.</param>
/// <param name="Scale">The factor.</param>
public sealed record EventIndex(int Offset, int Size, int Scale);
