namespace EbpfCat.Compiler;

/// <summary>A header known to be there.</summary>
/// <param name="Base">The part of its offset that is known only at run time; null for none.</param>
/// <param name="Offset">The constant part of its offset from the start of the packet, in bytes.</param>
/// <param name="Place">Where its bytes are.</param>
internal sealed record HeaderFact(Value? Base, int Offset, Place Place);
