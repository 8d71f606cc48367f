namespace EbpfCat.Compiler;

/// <summary>
/// Finds numbers that the verifier may know as another number plus a constant. If the constant is far beyond any
/// packet, it refuses the sum as an offset, however well it is bounded (<c>check_reg_sane_offset</c>). Any operation
/// but an addition hides the constant.
/// </summary>
internal static class FarOffsets
{
    private const long Far = 1 << 16;

    public static bool MayBeFar(Value value) => MayBeFar(value, []);

    private static bool MayBeFar(Value value, HashSet<Value> seen)
    {
        value = value.Current;
        if (!seen.Add(value)) return false;
        return value.Op switch
        {
            Op.Add or Op.Sub => Array.Exists(value.Operands, operand => IsFarConstant(operand, [])),
            Op.Phi or Op.Opaque => Array.Exists(value.Operands, operand => MayBeFar(operand, seen)),
            // A sum in 32 bits.
            Op.And when value.Operands[1].Current is { IsConstant: true, Immediate: uint.MaxValue } =>
            MayBeFar(value.Operands[0], seen),
            // A stored value may be such a sum.
            Op.Load => value.Region == MemoryRegion.Stack && value.Size >= 4,
            _ => false,
        };
    }

    private static bool IsFarConstant(Value value, HashSet<Value> seen)
    {
        value = value.Current;
        if (value.IsConstant) return value.Immediate is <= -Far or >= Far;
        return value.Op == Op.Phi && seen.Add(value)
            && Array.Exists(value.Operands, operand => IsFarConstant(operand, seen));
    }
}
