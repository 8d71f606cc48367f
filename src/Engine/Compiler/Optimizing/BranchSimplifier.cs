using System.Numerics;

namespace EbpfCat.Compiler;

/// <summary>
/// Finds a simpler form of a comparison: swaps the bytes of the constant instead of the field, and folds shifts and
/// masks.
/// </summary>
internal static class BranchSimplifier
{
    /// <summary>A comparison and its operands.</summary>
    internal readonly record struct Condition(Comparison Comparison, Value Left, Value Right);

    /// <summary>The simplest equal condition. A decided one compares constants.</summary>
    public static Condition Simplify(IrFunction f, Comparison comparison, Value left, Value right)
    {
        var condition = new Condition(comparison, left.Current, right.Current);
        for (var round = 0; round < 16; round++)
        {
            var next = Step(f, condition);
            if (next == condition) break;
            condition = next;
        }

        return condition;
    }

    private static Condition Step(IrFunction f, Condition c)
    {
        var (comparison, a, b) = (c.Comparison, c.Left.Current, c.Right.Current);
        if (comparison.IsPacketCheck()) return c;
        if (a.IsConstant && b.IsConstant) return Decided(f, comparison.Evaluate(a.Immediate, b.Immediate));
        if (a.IsConstant) return new(comparison.Exchange(), b, a);
        if (ReferenceEquals(a, b) && comparison is not (Comparison.AnyBit or Comparison.NoBit))
            return Decided(f, comparison.Evaluate(0, 0));
        if (b.IsConstant) return WithConstant(f, new(comparison, a, b), b.Immediate);

        if (comparison.IsSigned() && ValueRange.IsNonNegative(a) && ValueRange.IsNonNegative(b))
            return new(comparison.ToUnsigned(), a, b);

        // Byte-swapped values are equal if and only if the values are.
        if (comparison is Comparison.Equal or Comparison.NotEqual
            && a.Op == Op.ByteSwap && b.Op == Op.ByteSwap && a.Immediate == b.Immediate
            && Fits(a.Operands[0], a.Immediate) && Fits(b.Operands[0], b.Immediate))
        {
            return new(comparison, a.Operands[0].Current, b.Operands[0].Current);
        }

        return c;
    }

    private static Condition WithConstant(IrFunction f, Condition c, long k)
    {
        var (comparison, a) = (c.Comparison, c.Left);
        var maximum = ValueRange.Maximum(a);
        switch (comparison)
        {
            // Not all kernels conclude from a comparison with zero that a number is at least 1.
            case Comparison.Equal when k == 0 && a.KeepsComparisons:
                return c with { Comparison = Comparison.UnsignedLessOrEqual };
            case Comparison.NotEqual when k == 0 && a.KeepsComparisons:
                return c with { Comparison = Comparison.UnsignedGreater };
            case Comparison.Equal or Comparison.NotEqual: return Equality(f, c, k, maximum);
            case Comparison.AnyBit or Comparison.NoBit: return Bits(f, c, k);
            case var _ when comparison.IsSigned() && maximum <= long.MaxValue:
                // Never negative: a negative constant decides; else an unsigned comparison is equivalent.
                if (k < 0) return Decided(f, comparison is Comparison.SignedGreater or Comparison.SignedGreaterOrEqual);
                return c with { Comparison = comparison.ToUnsigned() };
            case Comparison.UnsignedLess when k == 0: return Decided(f, false);
            case Comparison.UnsignedGreaterOrEqual when k == 0: return Decided(f, true);
            case Comparison.UnsignedLess when k == 1 && !a.KeepsComparisons:
            case Comparison.UnsignedLessOrEqual when k == 0 && !a.KeepsComparisons:
                return new(Comparison.Equal, a, f.Constant(0));
            case Comparison.UnsignedGreater when k == 0 && !a.KeepsComparisons:
            case Comparison.UnsignedGreaterOrEqual when k == 1 && !a.KeepsComparisons:
                return new(Comparison.NotEqual, a, f.Constant(0));
            case Comparison.UnsignedLess when maximum < (ulong)k: return Decided(f, true);
            case Comparison.UnsignedLessOrEqual when maximum <= (ulong)k: return Decided(f, true);
            case Comparison.UnsignedGreater when maximum <= (ulong)k: return Decided(f, false);
            case Comparison.UnsignedGreaterOrEqual when maximum < (ulong)k: return Decided(f, false);
            // One canonical form for equivalent conditions, so that they are found equal.
            case Comparison.UnsignedLess: return new(Comparison.UnsignedLessOrEqual, a, f.Constant(k - 1));
            case Comparison.UnsignedGreaterOrEqual:
                return new(Comparison.UnsignedGreater, a, f.Constant(k - 1));
            default: return c;
        }
    }

    private static Condition Equality(IrFunction f, Condition c, long k, ulong maximum)
    {
        var (comparison, a) = (c.Comparison, c.Left);
        var whenEqual = comparison == Comparison.Equal;
        if ((ulong)k > maximum || ((ulong)k & ~ValueRange.PossibleBits(a)) != 0) return Decided(f, !whenEqual);
        if (a.KeepsComparisons) return c;
        var constant = a.Operands.Length == 2 && a.Operands[1].Current.IsConstant
            ? a.Operands[1].Current.Immediate : (long?)null;
        switch (a.Op)
        {
            case Op.ByteSwap when Fits(a.Operands[0], a.Immediate):
                return new(comparison, a.Operands[0].Current, f.Constant(Simplifier.Swap(k, a.Immediate)));
            case Op.SignExtend when Fits(a.Operands[0], a.Immediate):
                var low = k & Simplifier.Mask(a.Immediate);
                return low << (int)(64 - a.Immediate) >> (int)(64 - a.Immediate) == k
                    ? new(comparison, a.Operands[0].Current, f.Constant(low)) : Decided(f, !whenEqual);
            case Op.Add when constant is { } addend && (k != 0 || addend != 0) && !IsPointerLike(a.Operands[0]):
                return new(comparison, a.Operands[0].Current, f.Constant(unchecked(k - addend)));
            case Op.Xor when constant is { } flipped:
                return new(comparison, a.Operands[0].Current, f.Constant(k ^ flipped));
            case Op.Sub or Op.Xor when k == 0 && constant is null:
                return new(comparison, a.Operands[0].Current, a.Operands[1].Current);
            case Op.Shl when constant is { } left && ValueRange.Maximum(a.Operands[0]) <= ulong.MaxValue >> (int)left:
                return (ulong)k >> (int)left << (int)left == (ulong)k
                    ? new(comparison, a.Operands[0].Current, f.Constant((long)((ulong)k >> (int)left)))
                    : Decided(f, !whenEqual);
            case Op.Shr when constant is { } right:
                return Masked(f, comparison, a.Operands[0].Current, -1L << (int)right, k << (int)right);
            case Op.And when constant is { } mask: return And(f, c, a.Operands[0].Current, mask, k);
            default: return c;
        }
    }

    // (x & mask) compared with k.
    private static Condition And(IrFunction f, Condition c, Value x, long mask, long k)
    {
        var comparison = c.Comparison;
        if (k == 0)
            return new(comparison == Comparison.Equal ? Comparison.NoBit : Comparison.AnyBit, x, f.Constant(mask));
        if (k == mask && BitOperations.IsPow2((ulong)mask))
            return new(comparison == Comparison.Equal ? Comparison.AnyBit : Comparison.NoBit, x, f.Constant(mask));
        switch (x.Op)
        {
            case Op.ByteSwap when Fits(x.Operands[0], x.Immediate):
                return Masked(f, comparison, x.Operands[0].Current,
                    Simplifier.Swap(mask, x.Immediate), Simplifier.Swap(k, x.Immediate));
            case Op.Shr when x.Operands[1].Current is { IsConstant: true } right
                && mask << (int)right.Immediate >>> (int)right.Immediate == mask:
                return Masked(f, comparison, x.Operands[0].Current, mask << (int)right.Immediate,
                    k << (int)right.Immediate);
            default: return c;
        }
    }

    private static Condition Bits(IrFunction f, Condition c, long mask)
    {
        var (comparison, a) = (c.Comparison, c.Left);
        var possible = ValueRange.PossibleBits(a);
        var useful = (long)((ulong)mask & possible);
        if (useful == 0) return Decided(f, comparison == Comparison.NoBit);
        // The mask has all bits that can be set: a comparison with zero is equivalent.
        if ((ulong)useful == possible)
            return new(comparison == Comparison.AnyBit ? Comparison.NotEqual : Comparison.Equal, a, f.Constant(0));
        switch (a.Op)
        {
            case Op.ByteSwap when Fits(a.Operands[0], a.Immediate):
                return new(comparison, a.Operands[0].Current, f.Constant(Simplifier.Swap(useful, a.Immediate)));
            case Op.Shr when a.Operands[1].Current is { IsConstant: true } right:
                return new(comparison, a.Operands[0].Current, f.Constant(useful << (int)right.Immediate));
            case Op.And when a.Operands[1].Current is { IsConstant: true } inner:
                return new(comparison, a.Operands[0].Current, f.Constant(useful & inner.Immediate));
            default: return c;
        }
    }

    private static Condition Masked(IrFunction f, Comparison comparison, Value x, long mask, long k)
    {
        var masked = Simplifier.Simplify(f, Op.And, 0, [x, f.Constant(mask)])
            ?? f.NewValue(Op.And, x, f.Constant(mask));
        return new(comparison, masked, f.Constant(k));
    }

    private static bool Fits(Value value, long bits) =>
        bits >= 64 || ValueRange.Maximum(value) <= (ulong)Simplifier.Mask(bits);

    private static bool IsPointerLike(Value value) => value.Current.Op
        is Op.FrameAddress or Op.MapAddress or Op.MapValueAddress or Op.Context or Op.Call;

    private static Condition Decided(IrFunction f, bool answer) =>
        new(Comparison.Equal, f.Constant(answer ? 0 : 1), f.Constant(0));
}
