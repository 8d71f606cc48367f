namespace EbpfCat.Compiler;

/// <summary>
/// The storage of a local: SSA variables for numbers and IP addresses, a stack slot for structs and texts.
/// </summary>
/// <param name="Pieces">A variable for each piece; none for a slot.</param>
/// <param name="Layout">The offset and size of each piece, in bytes.</param>
/// <param name="Slot">The stack slot; null for variables.</param>
internal sealed record LocalStorage(SsaVariable[] Pieces, (int Offset, int Size)[] Layout, StackSlot? Slot);
