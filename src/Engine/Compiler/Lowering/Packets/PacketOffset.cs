namespace EbpfCat.Compiler;

/// <summary>An offset from the start of the packet, in bytes; by default the start.</summary>
/// <param name="Variable">
/// The part that is computed at run time: a pointer into the packet, or an offset if the program must copy the bytes;
/// null for the start.
/// </param>
/// <param name="Constant">The constant part.</param>
internal readonly record struct PacketOffset(Value? Variable, int Constant)
{
    public PacketOffset Plus(int bytes) => this with { Constant = Constant + bytes };
}
