namespace EbpfCat.Compiler;

/// <summary>
/// Moves an operation on a phi of constants to the predecessors, if it is trivial for at least one: <c>x + (0 or 1)</c>
/// becomes x or x + 1.
/// </summary>
internal static class PhiOperations
{
    private const int MaxChoices = 16;

    public static bool Run(IrFunction f)
    {
        var uses = UseCounts.Of(f);
        var changed = false;
        foreach (var block in f.Blocks)
        {
            for (var i = 0; i < block.Body.Count; i++)
            {
                var value = block.Body[i];
                if (value.Op == Op.ByteSwap && Unswapped(f, value, uses) is { } unswapped)
                {
                    value.ReplaceWith(unswapped);
                    block.Body.RemoveAt(i--);
                    changed = true;
                    continue;
                }

                if (value.Op is not (>= Op.Add and <= Op.Sar) || Choice(value, block, uses) is not { } phi) continue;
                if (!Pays(f, value, phi)) continue;
                Split(f, block, value, phi);
                block.Body.RemoveAt(i--);
                changed = true;
            }
        }

        return changed;
    }

    // A byte swap of a phi whose operands are all swapped: the phi of the operands before the swap.
    private static Value? Unswapped(IrFunction f, Value swap, int[] uses)
    {
        var phi = swap.Operands[0].Current;
        if (phi.Op != Op.Phi) return null;
        var choices = new Dictionary<Value, Value>();
        return CanUnswap(phi, swap.Immediate, uses, choices) ? Unswap(f, phi, swap.Immediate, choices) : null;
    }

    // Notes the choices that the value is made of; those inside others must serve nothing else.
    private static bool CanUnswap(Value value, long bits, int[] uses, Dictionary<Value, Value> choices)
    {
        if (value.IsConstant) return true;
        if (value.Op == Op.ByteSwap) return value.Immediate == bits && Fits(value.Operands[0], bits);
        if (value.Op != Op.Phi || value.Block is null || value.Id >= uses.Length) return false;
        if (choices.ContainsKey(value)) return true;
        if (choices.Count == MaxChoices || (choices.Count > 0 && uses[value.Id] != 1)) return false;
        choices[value] = value;
        return Array.TrueForAll(value.Operands, o => CanUnswap(o.Current, bits, uses, choices));
    }

    private static Value Unswap(IrFunction f, Value value, long bits, Dictionary<Value, Value> choices)
    {
        if (value.IsConstant) return f.Constant(Simplifier.Swap(value.Immediate, bits));
        if (value.Op == Op.ByteSwap) return value.Operands[0].Current;
        if (!ReferenceEquals(choices[value], value)) return choices[value];
        var joined = choices[value] = f.NewValue(Op.Phi);
        joined.Operands = [.. value.Operands.Select(o => Unswap(f, o.Current, bits, choices))];
        joined.Block = value.Block;
        value.Block!.Phis.Add(joined);
        return joined;
    }

    private static bool Fits(Value value, long bits) => ValueRange.Maximum(value) <= (ulong)Simplifier.Mask(bits);

    // The operand that is a phi of this block, all constants, and used by nothing else.
    private static Value? Choice(Value value, Block block, int[] uses)
    {
        foreach (var operand in value.Operands)
        {
            var phi = operand.Current;
            if (phi.Op != Op.Phi || !ReferenceEquals(phi.Block, block) || phi.Id >= uses.Length || uses[phi.Id] != 1)
                continue;
            if (!phi.Operands.All(o => o.Current.IsConstant)) continue;
            var other = ReferenceEquals(value.Operands[0].Current, phi)
                ? value.Operands[1].Current : value.Operands[0].Current;
            // The other operand must be known before the block.
            return ReferenceEquals(other.Block, block) ? null : phi;
        }

        return null;
    }

    private static bool Pays(IrFunction f, Value value, Value phi) =>
        phi.Operands.Any(o => Apply(f, value, phi, o.Current) is { } simpler
        && (simpler.IsConstant || simpler.Block is not null));

    private static Value? Apply(IrFunction f, Value value, Value phi, Value constant) =>
        Simplifier.Simplify(f, value.Op, value.Immediate,
        [.. value.Operands.Select(o => ReferenceEquals(o.Current, phi) ? constant : o.Current)]);

    private static void Split(IrFunction f, Block block, Value value, Value phi)
    {
        var results = new Value[phi.Operands.Length];
        for (var i = 0; i < results.Length; i++)
        {
            var constant = phi.Operands[i].Current;
            results[i] = Place(block.Predecessors[i], Apply(f, value, phi, constant) ?? f.NewValue(value.Op,
                [.. value.Operands.Select(o => ReferenceEquals(o.Current, phi) ? constant : o.Current)]), value);
        }

        var joined = f.NewValue(Op.Phi, results);
        joined.Block = block;
        block.Phis.Add(joined);
        value.ReplaceWith(joined);
    }

    private static Value Place(Block block, Value value, Value instead)
    {
        value = value.Current;
        if (value.IsConstant || value.Block is not null) return value;
        for (var i = 0; i < value.Operands.Length; i++) value.Operands[i] = Place(block, value.Operands[i], instead);
        (value.Block, value.Source) = (block, instead.Source);
        block.Body.Add(value);
        return value;
    }
}
