namespace EbpfCat.Compiler;

/// <summary>An offset from the start of the packet, in bytes; by default the start.</summary>
/// <param name="Variable">The part that is computed at run time; null for none.</param>
/// <param name="Constant">The constant part.</param>
internal readonly record struct PacketOffset(Value? Variable, int Constant);
