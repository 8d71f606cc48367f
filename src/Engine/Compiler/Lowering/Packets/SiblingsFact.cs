namespace EbpfCat.Compiler;

/// <summary>Where one of several headers begins, and which it is: found once for all of them.</summary>
/// <param name="Selector">
/// What the header before says of what follows; a number that it cannot say where there is none.
/// </param>
/// <param name="Base">The part of the offset that is known only at run time.</param>
/// <param name="Offset">The constant part of the offset from the start of the packet, in bytes.</param>
internal sealed record SiblingsFact(Value Selector, Value Base, int Offset);
