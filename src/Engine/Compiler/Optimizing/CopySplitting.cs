namespace EbpfCat.Compiler;

/// <summary>
/// Splits copies to stack slots into the pieces that are loaded from the slots, so that load forwarding finds the
/// pieces. Copies of bytes that nothing loads are dropped. Requires that no slot's address is computed with or passed
/// on; others are left as they are.
/// </summary>
internal sealed class CopySplitting
{
    private readonly IrFunction _f;
    private readonly int[] _uses;

    private CopySplitting(IrFunction f)
    {
        _f = f;
        _uses = UseCounts.Of(f);
    }

    public static bool Run(IrFunction f)
    {
        var changed = false;
        // The pieces of one copy are those of the copy that it reads from.
        while (f.Slots.Count > 0 && new CopySplitting(f).Split()) changed = true;
        return changed;
    }

    private bool Split()
    {
        var pieces = new Dictionary<Value, List<SlotPiece>>();
        foreach (var slot in SlotAccesses.Of(_f))
        {
            if (PiecesOf(slot) is not { } found) continue;
            foreach (var (store, parts) in found) pieces[store] = parts;
        }

        if (pieces.Count == 0) return false;
        foreach (var block in _f.Blocks) Rewrite(block, pieces);
        return true;
    }

    // The pieces of each store that needs to be split; null if one of them cannot be.
    private List<(Value, List<SlotPiece>)>? PiecesOf(SlotAccesses slot)
    {
        if (slot.IsEscaped || slot.LoadsOverlap) return null;
        var result = new List<(Value, List<SlotPiece>)>();
        foreach (var (store, offset) in slot.Stores)
        {
            var touched = slot.Pieces.Where(piece => piece.Overlaps(offset, store.Size)).ToList();
            if (touched.Exists(l => l.Offset < offset || l.Offset + l.Size > offset + store.Size)) return null;
            if (touched.Count == 0 || (touched.Count == 1 && touched[0].Size == store.Size)) continue;
            if (!IsCopy(store)) return null;
            result.Add((store, [.. touched.Select(l => l with { Offset = l.Offset - offset })]));
        }

        return result;
    }

    private bool IsCopy(Value store) => store.Operands[1].Current is var stored
        && (stored.IsConstant || (stored is { Op: Op.Load, Region: not MemoryRegion.Context, KeepsBound: false }
            && stored.Size == store.Size && stored.Block == store.Block && _uses[stored.Id] == 1));

    private void Rewrite(Block block, Dictionary<Value, List<SlotPiece>> pieces)
    {
        if (!block.Body.Exists(pieces.ContainsKey)) return;
        var split = block.Body.Where(value => pieces.ContainsKey(value) && !value.Operands[1].Current.IsConstant)
            .ToDictionary(store => store.Operands[1].Current, store => pieces[store]);
        var parts = new Dictionary<Value, List<Value>>();
        var body = new List<Value>(block.Body.Count + 8);
        foreach (var value in block.Body)
        {
            if (value.Op == Op.Load && split.TryGetValue(value, out var loaded))
            {
                parts[value] = [.. loaded.Select(piece => Add(value,
                    _f.Load(value.Region, value.Operands[0], value.Immediate + piece.Offset, piece.Size)))];
                foreach (var part in parts[value]) part.PacketVersion = value.PacketVersion;
                continue;
            }

            if (!pieces.TryGetValue(value, out var stored))
            {
                body.Add(value);
                continue;
            }

            var source = value.Operands[1].Current;
            for (var i = 0; i < stored.Count; i++)
            {
                var (offset, size) = stored[i];
                var part = source.IsConstant
                    ? _f.Constant(source.Immediate >> (int)(offset * 8) & Simplifier.Mask(size * 8))
                    : parts[source][i];
                Add(value, _f.Store(value.Region, value.Operands[0], value.Immediate + offset, size, part));
            }
        }

        block.Body = body;

        Value Add(Value instead, Value part)
        {
            (part.Block, part.Source) = (block, instead.Source);
            body.Add(part);
            return part;
        }
    }
}
