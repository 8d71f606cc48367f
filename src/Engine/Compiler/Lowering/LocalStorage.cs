namespace EbpfCat.Compiler;

/// <summary>
/// Where a local is kept: numbers and addresses in registers, piece by piece; structs and strings on the stack.
/// </summary>
internal sealed record LocalStorage(SsaVariable[] Pieces, (int Offset, int Size)[] Layout, StackSlot? Slot);
