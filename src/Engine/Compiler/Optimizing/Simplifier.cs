using System.Numerics;

namespace EbpfCat.Compiler;

/// <summary>
/// Finds a simpler form of one operation: constants computed, identities removed, cheaper equivalents chosen.
/// </summary>
internal static class Simplifier
{
    /// <summary>
    /// The simplest value equal to the operation on its operands: a constant, an existing value, or a new value that is
    /// not yet in a block. Null where the operation stands as it is.
    /// </summary>
    public static Value? Simplify(IrFunction f, Op op, long immediate, ReadOnlySpan<Value> operands)
    {
        if (operands.Length == 1) return Unary(f, op, immediate, operands[0].Current);
        if (operands.Length != 2) return null;
        var (a, b) = (operands[0].Current, operands[1].Current);
        if (a.IsConstant && b.IsConstant && Evaluate(op, a.Immediate, b.Immediate) is { } constant)
            return f.Constant(constant);
        if (a.IsConstant && IsCommutative(op)) return Simplify(f, op, immediate, [b, a]) ?? f.NewValue(op, b, a);
        return b.IsConstant ? WithConstant(f, op, a, b.Immediate) : WithoutConstant(f, op, a, b);
    }

    public static bool IsCommutative(Op op) => op is Op.Add or Op.Mul or Op.And or Op.Or or Op.Xor;

    /// <summary>The operation on constants, as the machine computes it.</summary>
    public static long? Evaluate(Op op, long a, long b) => op switch
    {
        Op.Add => unchecked(a + b),
        Op.Sub => unchecked(a - b),
        Op.Mul => unchecked(a * b),
        Op.UDiv => b == 0 ? 0 : (long)((ulong)a / (ulong)b),
        Op.SDiv => b == 0 ? 0 : b == -1 ? unchecked(-a) : a / b,
        Op.UMod => b == 0 ? a : (long)((ulong)a % (ulong)b),
        Op.SMod => b == 0 ? a : b == -1 ? 0 : a % b,
        Op.And => a & b,
        Op.Or => a | b,
        Op.Xor => a ^ b,
        Op.Shl => a << (int)(b & 63),
        Op.Shr => (long)((ulong)a >> (int)(b & 63)),
        Op.Sar => a >> (int)(b & 63),
        _ => null,
    };

    /// <summary>The bytes of a number of 16, 32 or 64 bits in the other order.</summary>
    public static long Swap(long value, long bits) => bits switch
    {
        16 => BinaryPrimitives.ReverseEndianness((ushort)value),
        32 => BinaryPrimitives.ReverseEndianness((uint)value),
        _ => BinaryPrimitives.ReverseEndianness(value),
    };

    /// <summary>All ones in the given number of low bits.</summary>
    public static long Mask(long bits) => bits >= 64 ? -1 : (1L << (int)bits) - 1;

    private static Value? Unary(IrFunction f, Op op, long bits, Value a)
    {
        switch (op)
        {
            case Op.Negate when a.IsConstant: return f.Constant(unchecked(-a.Immediate));
            case Op.Negate when a.Op == Op.Negate: return a.Operands[0].Current;
            case Op.SignExtend when a.IsConstant:
                return f.Constant(a.Immediate << (int)(64 - bits) >> (int)(64 - bits));
            case Op.SignExtend when bits >= 64 || ValueRange.Maximum(a) <= (ulong)Mask(bits - 1): return a;
            case Op.SignExtend when a.Op == Op.SignExtend && a.Immediate <= bits: return a;
            case Op.SignExtend when a.Op == Op.And && a.Operands[1].Current is { IsConstant: true } mask
                && (mask.Immediate & Mask(bits)) == Mask(bits):
                return Make(f, Op.SignExtend, bits, a.Operands[0].Current);
            case Op.ByteSwap when a.IsConstant: return f.Constant(Swap(a.Immediate, bits));
            case Op.ByteSwap when a.Op == Op.ByteSwap && a.Immediate == bits:
                return And(f, a.Operands[0].Current, Mask(bits));
            case Op.ByteSwap when a.Op == Op.And && a.Operands[1].Current is { IsConstant: true } mask
                && (mask.Immediate & Mask(bits)) == Mask(bits):
                return Make(f, Op.ByteSwap, bits, a.Operands[0].Current);
            default: return null;
        }
    }

    private static Value? WithConstant(IrFunction f, Op op, Value a, long c)
    {
        switch (op)
        {
            case Op.Add or Op.Sub or Op.Or or Op.Xor or Op.Shl or Op.Shr or Op.Sar when c == 0: return a;
            case Op.Sub: return Make(f, Op.Add, 0, a, f.Constant(unchecked(-c)));
            case Op.Add when a.Op == Op.Add && a.Operands[1].Current is { IsConstant: true } inner:
                return Make(f, Op.Add, 0, a.Operands[0].Current, f.Constant(unchecked(inner.Immediate + c)));
            case Op.Mul when c == 0: return f.Constant(0);
            case Op.Mul or Op.UDiv or Op.SDiv when c == 1: return a;
            case Op.Mul when c == -1: return Make(f, Op.Negate, 0, a);
            case Op.Mul when c > 0 && BitOperations.IsPow2(c):
                return Make(f, Op.Shl, 0, a, f.Constant(BitOperations.Log2((ulong)c)));
            case Op.UDiv or Op.SDiv when c == 0: return f.Constant(0);
            case Op.UMod or Op.SMod when c == 0: return a;
            case Op.UDiv when BitOperations.IsPow2((ulong)c):
                return Make(f, Op.Shr, 0, a, f.Constant(BitOperations.Log2((ulong)c)));
            case Op.UMod when BitOperations.IsPow2((ulong)c): return And(f, a, c - 1);
            case Op.SDiv or Op.SMod when c > 0 && ValueRange.IsNonNegative(a):
                return Make(f, op == Op.SDiv ? Op.UDiv : Op.UMod, 0, a, f.Constant(c));
            case Op.And: return AndConstant(f, a, c);
            case Op.Or when c == -1: return f.Constant(-1);
            case Op.Or or Op.Xor when a.Op == op && a.Operands[1].Current is { IsConstant: true } inner:
                return Make(f, op, 0, a.Operands[0].Current,
                    f.Constant(op == Op.Or ? inner.Immediate | c : inner.Immediate ^ c));
            case Op.Shl or Op.Shr or Op.Sar when c is < 0 or > 63:
                return Make(f, op, 0, a, f.Constant(c & 63));
            case Op.Shl or Op.Shr when a.Op == op
                && a.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and < 64 } inner:
                return inner.Immediate + c > 63
                    ? f.Constant(0) : Make(f, op, 0, a.Operands[0].Current, f.Constant(inner.Immediate + c));
            case Op.Shr when ValueRange.Maximum(a) >> (int)c == 0: return f.Constant(0);
            case Op.Sar when ValueRange.IsNonNegative(a): return Make(f, Op.Shr, 0, a, f.Constant(c));
            case Op.Shl when a.Op == Op.Shr && a.Operands[1].Current is { IsConstant: true } back
                && back.Immediate == c:
                return And(f, a.Operands[0].Current, -1L << (int)c);
            case Op.Shl when a.Op == Op.And && a.Operands[0].Current is { Op: Op.Shr } shifted
                && shifted.Operands[1].Current is { IsConstant: true } right && a.Operands[1].Current.IsConstant
                && right.Immediate >= c:
                // ((x >> r) & m) << c, r >= c, is (x >> (r - c)) & (m << c).
                return And(f, Make(f, Op.Shr, 0, shifted.Operands[0].Current, f.Constant(right.Immediate - c)),
                    a.Operands[1].Current.Immediate << (int)c);
            default: return null;
        }
    }

    private static Value? AndConstant(IrFunction f, Value a, long mask)
    {
        if (mask == 0) return f.Constant(0);
        var possible = ValueRange.PossibleBits(a);
        // A mask that the verifier needs to see a bound stays: it does not follow division, as this compiler does.
        if ((possible & ~(ulong)mask) == 0
            && (a.Op is not (Op.UDiv or Op.UMod or Op.Sub or Op.Phi) || ValueRange.VisibleMaximum(a) <= (ulong)mask))
        {
            return a;
        }
        // Bits that cannot be set need no place in the mask: a smaller mask is more often an immediate.
        var needed = (long)((ulong)mask & possible);
        if (needed == 0) return f.Constant(0);
        // Sign extension keeps the low bits.
        if (a.Op == Op.SignExtend && (mask & ~Mask((int)a.Immediate)) == 0) return And(f, a.Operands[0].Current, mask);
        if (a.Op == Op.And && a.Operands[1].Current is { IsConstant: true } inner)
            return Make(f, Op.And, 0, a.Operands[0].Current, f.Constant(inner.Immediate & mask));
        return null;
    }

    private static Value? WithoutConstant(IrFunction f, Op op, Value a, Value b)
    {
        // Zero divided by any number, zero included, is zero.
        if (a is { IsConstant: true, Immediate: 0 }
            && op is (Op.UDiv or Op.SDiv or Op.UMod or Op.SMod or Op.Shl or Op.Shr or Op.Sar))
        {
            return a;
        }

        if (ReferenceEquals(a, b))
        {
            switch (op)
            {
                case Op.Sub or Op.Xor: return f.Constant(0);
                case Op.And or Op.Or: return a;
            }
        }

        return op switch
        {
            Op.Sub when a is { IsConstant: true, Immediate: 0 } => Make(f, Op.Negate, 0, b),
            Op.Sub when b.Op == Op.Negate => Make(f, Op.Add, 0, a, b.Operands[0].Current),
            Op.SDiv when ValueRange.IsNonNegative(a) && ValueRange.IsNonNegative(b) => Make(f, Op.UDiv, 0, a, b),
            Op.SMod when ValueRange.IsNonNegative(a) && ValueRange.IsNonNegative(b) => Make(f, Op.UMod, 0, a, b),
            _ => null,
        };
    }

    private static Value And(IrFunction f, Value a, long mask) => Make(f, Op.And, 0, a, f.Constant(mask));

    // A value that is not placed yet, itself simplified. Its operands may be unplaced too: whoever places it places
    // those first.
    private static Value Make(IrFunction f, Op op, long immediate, params Value[] operands)
    {
        var simpler = Simplify(f, op, immediate, operands);
        if (simpler is not null) return simpler;
        var value = f.NewValue(op, operands);
        value.Immediate = immediate;
        return value;
    }
}
