using System.Numerics;

namespace EbpfCat.Compiler;

/// <summary>Computes bounds of a value from its operands.</summary>
internal static class ValueRange
{
    private const int Depth = 6;

    /// <summary>An upper bound of the value as an unsigned number.</summary>
    public static ulong Maximum(Value value) => Maximum(value, Depth);

    /// <summary>
    /// The upper bound that the verifier of every supported kernel sees: it follows masks, shifts and sums, but not
    /// division, nor a change of byte order (before Linux 6.6).
    /// </summary>
    public static ulong VisibleMaximum(Value value, int depth = Depth)
    {
        value = value.Current;
        if (value.Op == Op.Constant) return (ulong)value.Immediate;
        if (depth == 0) return ulong.MaxValue;
        switch (value.Op)
        {
            case Op.Load when value.Size < 8: return (1UL << (value.Size * 8)) - 1;
            case Op.And when value.Operands[1].Current is { IsConstant: true, Immediate: >= 0 } mask:
                return Math.Min((ulong)mask.Immediate, VisibleMaximum(value.Operands[0], depth - 1));
            case Op.Shl when value.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and < 32 } count:
                var shifted = VisibleMaximum(value.Operands[0], depth - 1);
                return shifted <= uint.MaxValue ? shifted << (int)count.Immediate : ulong.MaxValue;
            case Op.Shr when value.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and < 64 } count:
                return VisibleMaximum(value.Operands[0], depth - 1) >> (int)count.Immediate;
            case Op.Add:
                var (a, b) = (VisibleMaximum(value.Operands[0], depth - 1),
                    VisibleMaximum(value.Operands[1], depth - 1));
                return a <= uint.MaxValue && b <= uint.MaxValue ? a + b : ulong.MaxValue;
            case Op.Phi when value.Operands.Length > 0:
                var rest = Math.Min(depth - 1, 2);
                return value.Operands.Max(o => ReferenceEquals(o.Current, value) ? 0 : VisibleMaximum(o, rest));
            default: return ulong.MaxValue;
        }
    }

    /// <summary>
    /// Keeps the loads that bound a value, so that the verifier still sees its <see cref="VisibleMaximum"/>.
    /// </summary>
    public static void KeepBounds(Value value, int depth = Depth)
    {
        value = value.Current;
        if (value.Op == Op.Load && value.Region != MemoryRegion.Context) value.KeepsBound = true;
        if (depth == 0 || value.Op == Op.Load) return;
        foreach (var operand in value.Operands)
            KeepBounds(operand, value.Op == Op.Phi ? Math.Min(depth - 1, 2) : depth - 1);
    }

    /// <summary>Whether the upper 32 bits are always zero.</summary>
    public static bool FitsIn32(Value value) => Maximum(value) <= uint.MaxValue;

    /// <summary>Whether the value is never negative when taken as signed.</summary>
    public static bool IsNonNegative(Value value) => Maximum(value) <= long.MaxValue;

    /// <summary>The bits that can be set.</summary>
    public static ulong PossibleBits(Value value) => PossibleBits(value, Depth);

    private static ulong PossibleBits(Value value, int depth)
    {
        value = value.Current;
        if (depth == 0) return ulong.MaxValue;
        switch (value.Op)
        {
            case Op.Constant: return (ulong)value.Immediate;
            case Op.And:
                return PossibleBits(value.Operands[0], depth - 1) & PossibleBits(value.Operands[1], depth - 1);
            case Op.Or or Op.Xor:
                return PossibleBits(value.Operands[0], depth - 1) | PossibleBits(value.Operands[1], depth - 1);
            case Op.Shl when value.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and < 64 } count:
                return PossibleBits(value.Operands[0], depth - 1) << (int)count.Immediate;
            case Op.Shr when value.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and < 64 } count:
                return PossibleBits(value.Operands[0], depth - 1) >> (int)count.Immediate;
            default: return Mask(Maximum(value, depth - 1));
        }
    }

    private static ulong Maximum(Value value, int depth)
    {
        value = value.Current;
        if (value.Op == Op.Constant) return (ulong)value.Immediate;
        if (depth == 0) return ulong.MaxValue;
        ulong Of(int operand) => Maximum(value.Operands[operand], depth - 1);
        switch (value.Op)
        {
            case Op.Undefined: return 0;
            case Op.Load: return value.Size == 8 ? ulong.MaxValue : (1UL << (value.Size * 8)) - 1;
            case Op.ByteSwap:
                return value.Immediate == 64 ? ulong.MaxValue : (1UL << (int)value.Immediate) - 1;
            case Op.And: return Math.Min(Of(0), Of(1));
            case Op.Or or Op.Xor: return Mask(Of(0)) | Mask(Of(1));
            case Op.Add:
                var sum = (UInt128)Of(0) + Of(1);
                return sum > ulong.MaxValue ? ulong.MaxValue : (ulong)sum;
            // The length of the packet.
            case Op.Sub when IsPacketPointer(value.Operands[0], 2) && IsPacketPointer(value.Operands[1], 2):
                return uint.MaxValue;
            case Op.Mul:
                var product = (UInt128)Of(0) * Of(1);
                return product > ulong.MaxValue ? ulong.MaxValue : (ulong)product;
            case Op.UDiv:
                return value.Operands[1].Current is { IsConstant: true, Immediate: not 0 } divisor
                    ? Of(0) / (ulong)divisor.Immediate : Of(0);
            case Op.UMod:
                return value.Operands[1].Current is { IsConstant: true, Immediate: not 0 } modulus
                    ? Math.Min(Of(0), (ulong)modulus.Immediate - 1) : Of(0);
            case Op.Shl when value.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and < 64 } count:
                var maximum = Of(0);
                return BitOperations.LeadingZeroCount(maximum) >= count.Immediate
                    ? maximum << (int)count.Immediate : ulong.MaxValue;
            case Op.Shr:
                return value.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and < 64 } right
                    ? Of(0) >> (int)right.Immediate : Of(0);
            // While a loop is built, the values from its latches are unknown.
            case Op.Phi when value.Operands.Length == 0: return OfSize(value.Size);
            case Op.Phi:
                ulong most = 0;
                foreach (var operand in value.Operands)
                {
                    if (ReferenceEquals(operand.Current, value)) continue;
                    most = Math.Max(most, Maximum(operand, Math.Min(depth - 1, 2)));
                }

                return Math.Min(most, OfSize(value.Size));
            case Op.Call when value.Helper == HelperId.XdpGetBuffLen: return uint.MaxValue;
            case Op.Call: return HelperTable.OfCall(value.Helper).MaxResult;
            default: return ulong.MaxValue;
        }
    }

    /// <summary>Whether a value is the start or the end of the packet.</summary>
    public static bool IsPacketPointer(Value value, int depth = 2)
    {
        value = value.Current;
        return (value.Op == Op.Load && value.PacketVersion != 0) || (value.Op == Op.Phi && depth > 0
            && value.Operands.Length > 0 && Array.TrueForAll(value.Operands, o => IsPacketPointer(o, depth - 1)));
    }

    private static ulong OfSize(int bytes) => bytes is 0 or >= 8 ? ulong.MaxValue : (1UL << (bytes * 8)) - 1;

    // All the bits up to the highest one set.
    private static ulong Mask(ulong value) => value == 0 ? 0 : ulong.MaxValue >> BitOperations.LeadingZeroCount(value);
}
