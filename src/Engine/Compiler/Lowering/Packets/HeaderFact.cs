namespace EbpfCat.Compiler;

/// <summary>A header that is present, its bytes checked.</summary>
/// <param name="Offset">The offset of the header.</param>
/// <param name="Place">Its bytes: in the packet, or copied to the stack.</param>
internal sealed record HeaderFact(PacketOffset Offset, Place Place);
