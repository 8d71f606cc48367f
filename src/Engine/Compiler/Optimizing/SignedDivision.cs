using System.Numerics;

namespace EbpfCat.Compiler;

/// <summary>
/// Replaces signed division and remainder by unsigned ones for instruction sets before v4: divides the magnitudes and
/// restores the sign, without a branch. A power of two as the divisor needs no division.
/// </summary>
internal static class SignedDivision
{
    public static void Run(IrFunction f)
    {
        foreach (var block in f.Blocks)
        {
            if (!block.Body.Exists(v => v.Op is Op.SDiv or Op.SMod)) continue;
            var body = new List<Value>(block.Body.Count + 16);
            foreach (var value in block.Body)
            {
                if (value.Op is Op.SDiv or Op.SMod) value.ReplaceWith(Expand(f, block, body, value));
                else body.Add(value);
            }

            block.Body = body;
        }

        foreach (var block in f.Blocks)
        {
            foreach (var value in block.Phis.Concat(block.Body)) value.Refresh();
        }
    }

    private static Value Expand(IrFunction f, Block block, List<Value> body, Value division)
    {
        Value Make(Op op, Value a, Value b)
        {
            if (Simplifier.Simplify(f, op, 0, [a, b]) is { } simpler)
            {
                Place(simpler);
                return simpler;
            }

            var value = f.NewValue(op, a, b);
            Place(value);
            return value;
        }

        void Place(Value value)
        {
            if (value.IsConstant || value.Block is not null) return;
            foreach (var operand in value.Operands) Place(operand.Current);
            (value.Block, value.Source) = (block, division.Source);
            body.Add(value);
        }

        // The sign as 0 or all ones; x ^ sign - sign is the magnitude, and the same again puts the sign back.
        Value Sign(Value x) => ValueRange.IsNonNegative(x) ? f.Constant(0) : Make(Op.Sar, x, f.Constant(63));
        Value Apply(Value x, Value sign) =>
            sign is { IsConstant: true, Immediate: 0 } ? x : Make(Op.Sub, Make(Op.Xor, x, sign), sign);

        var (a, b) = (division.Operands[0].Current, division.Operands[1].Current);
        var signA = Sign(a);
        if (b is { IsConstant: true, Immediate: > 1 } && long.IsPow2(b.Immediate))
        {
            // A shift rounds down; a negative dividend is made larger first, so that the quotient is rounded to zero.
            var bits = BitOperations.TrailingZeroCount(b.Immediate);
            var rounded = Make(Op.Add, a, Make(Op.And, signA, f.Constant(b.Immediate - 1)));
            if (division.Op == Op.SDiv) return Make(Op.Sar, rounded, f.Constant(bits));
            return Make(Op.Sub, a, Make(Op.And, rounded, f.Constant(-b.Immediate)));
        }

        if (b is { IsConstant: true })
        {
            var magnitude = f.Constant(b.Immediate < 0 ? unchecked(-b.Immediate) : b.Immediate);
            if (division.Op == Op.SMod) return Apply(Make(Op.UMod, Apply(a, signA), magnitude), signA);
            var quotient = Make(Op.UDiv, Apply(a, signA), magnitude);
            return Apply(quotient, b.Immediate < 0 ? Make(Op.Xor, signA, f.Constant(-1)) : signA);
        }

        var signB = Sign(b);
        if (division.Op == Op.SMod) return Apply(Make(Op.UMod, Apply(a, signA), Apply(b, signB)), signA);
        return Apply(Make(Op.UDiv, Apply(a, signA), Apply(b, signB)), Make(Op.Xor, signA, signB));
    }
}
