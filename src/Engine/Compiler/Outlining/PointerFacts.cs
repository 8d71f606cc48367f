namespace EbpfCat.Compiler;

/// <summary>
/// Tells whether the verifier takes a value for a pointer. It keeps track only of pointers that are stored whole.
/// </summary>
internal static class PointerFacts
{
    private const int Depth = 16;

    /// <summary>Whether a value may be a pointer; false if it is a number for certain.</summary>
    public static bool MayBePointer(Value value) => MayBePointer(value, [], Depth);

    private static bool MayBePointer(Value value, HashSet<Value> seen, int depth)
    {
        value = value.Current;
        if (!seen.Add(value)) return false;
        if (depth == 0) return true;
        return value.Op switch
        {
            Op.Context or Op.Parameter or Op.FrameAddress or Op.MapAddress or Op.MapValueAddress
                or Op.FunctionAddress => true,
            // Pointers to traced objects come from the context, as do those to the packet, which are marked.
            Op.Load => value.LoadsPointer
                || (value.Region == MemoryRegion.Context && (value.Size == 8 || value.PacketVersion != 0)),
            Op.Call => HelperTable.OfCall(value.Helper).MaxResult == ulong.MaxValue,
            // The difference of two pointers to the packet is a number.
            Op.Sub when ValueRange.IsPacketPointer(value.Operands[1]) => false,
            Op.Add or Op.Sub or Op.Phi or Op.Opaque =>
                Array.Exists(value.Operands, operand => MayBePointer(operand, seen, depth - 1)),
            _ => false,
        };
    }
}
