namespace EbpfCat.Compiler;

/// <summary>Checks the invariants that every pass relies on and must keep.</summary>
internal sealed class IrVerifier
{
    private readonly IrFunction _f;
    private readonly string _pass;
    private readonly HashSet<Block> _blocks;
    private readonly Dictionary<Value, int> _indices = [];
    private readonly DominatorTree _dominators;

    private IrVerifier(IrFunction f, string pass)
    {
        (_f, _pass, _blocks) = (f, pass, [.. f.Blocks]);
        CheckGraph();
        _dominators = new DominatorTree(f);
    }

    /// <summary>Throws if a function breaks an invariant.</summary>
    /// <param name="pass">The pass that ran last, for the message.</param>
    /// <param name="f">The function.</param>
    public static void Verify(string pass, IrFunction f) => new IrVerifier(f, pass).CheckValues();

    // Blocks are those that the entry reaches, and predecessors mirror successors.
    private void CheckGraph()
    {
        Require(_blocks.Count == _f.Blocks.Count, "a block is listed twice");
        Require(_f.Entry.Predecessors.Count == 0, "the entry has predecessors");
        foreach (var block in _f.Blocks)
        {
            Require(block.Id < _f.BlockCount, $"{block} has an id of another function");
            CheckExit(block);
            foreach (var successor in block.Successors)
            {
                Require(_blocks.Contains(successor), $"{block} leads to {successor}, which is not in the function");
                Require(successor.Predecessors.Contains(block), $"{successor} lacks its predecessor {block}");
            }

            var distinct = block.Predecessors.Distinct().Count();
            Require(distinct == block.Predecessors.Count, $"{block} has a predecessor twice");
            foreach (var predecessor in block.Predecessors)
            {
                var leads = _blocks.Contains(predecessor) && predecessor.LeadsTo(block);
                Require(leads, $"{predecessor} does not lead to {block}");
            }
        }

        Require(_f.ReversePostorder().Count == _f.Blocks.Count, "a block is not reached");
    }

    private void CheckExit(Block block)
    {
        var (left, right, end) = (block.Left, block.Right, block.End);
        var whole = block.Exit switch
        {
            ExitKind.Jump => block.Target is not null && (left, right, end) == (null, null, null),
            ExitKind.Branch => block is { Target: not null, Otherwise: not null } && left is not null
            && right is not null
                && (!block.Comparison.IsPacketCheck() || (end is not null && right.Current.IsConstant)),
            ExitKind.Return => block.Result is not null,
            _ => false,
        };
        Require(whole, $"the exit of {block} is not whole");
    }

    private void CheckValues()
    {
        foreach (var block in _f.Blocks)
        {
            for (var i = 0; i < block.Body.Count; i++) Place(block, block.Body[i], i);
            foreach (var phi in block.Phis) Place(block, phi, -1);
        }

        foreach (var block in _f.Blocks)
        {
            foreach (var phi in block.Phis)
            {
                Require(phi.Op == Op.Phi, $"{phi} is among the phis of {block}", phi);
                Require(phi.Operands.Length == block.Predecessors.Count, "a phi has an operand for each predecessor",
                    phi);
                for (var i = 0; i < phi.Operands.Length; i++)
                    CheckUse(phi.Operands[i], block.Predecessors[i], int.MaxValue, phi);
            }

            for (var i = 0; i < block.Body.Count; i++)
            {
                var value = block.Body[i];
                CheckValue(value);
                foreach (var operand in value.Operands) CheckUse(operand, block, i, value);
            }

            foreach (var operand in new[] { block.Left, block.Right, block.End, block.Result })
            {
                if (operand is not null) CheckUse(operand, block, int.MaxValue, null);
            }
        }
    }

    private void Place(Block block, Value value, int index)
    {
        Require(_indices.TryAdd(value, index), "it stands twice", value);
        Require(value.Id < _f.ValueCount, "it has an id of another function", value);
        Require(ReferenceEquals(value.Block, block), $"it stands in {block} and is noted in {value.Block}", value);
        Require(!value.IsReplaced, "it was replaced and still stands", value);
    }

    private void CheckUse(Value operand, Block block, int index, Value? user)
    {
        operand = operand.Current;
        if (operand.IsConstant) return;
        var at = user?.ToString() ?? $"the exit of {block}";
        Require(_indices.TryGetValue(operand, out var defined), $"{at} uses {operand}, which stands nowhere");
        var dominates = ReferenceEquals(operand.Block, block)
            ? defined < index : _dominators.Dominates(operand.Block!, block);
        Require(dominates, $"{at} uses {operand}, which does not dominate it");
    }

    private void CheckValue(Value value)
    {
        var operands = value.Op switch
        {
            Op.Constant or Op.Phi => -1,
            < Op.Add => 0,
            Op.Negate or Op.SignExtend or Op.ByteSwap or Op.Opaque or Op.Load => 1,
            Op.Call => value.Operands.Length,
            _ => 2,
        };
        Require(operands >= 0, "it has no place in a block's body", value);
        Require(value.Operands.Length == operands, $"it needs {operands} operands", value);
        var usesStore = Array.Exists(value.Operands, operand => operand.Current.Op is Op.Store or Op.AtomicAdd);
        Require(!usesStore, "it uses a store", value);
        var fits = value.Op switch
        {
            Op.FrameAddress => _f.Slots.Contains(value.Slot),
            Op.MapAddress or Op.MapValueAddress => value.Map >= 0,
            Op.FunctionAddress => value.Function is not null,
            Op.Parameter => value.Immediate >= 0 && value.Immediate < _f.ParameterCount,
            Op.SignExtend => value.Immediate is > 0 and < 64,
            Op.ByteSwap => value.Immediate is 16 or 32 or 64,
            Op.Load => value.Size is 1 or 2 or 4 or 8,
            Op.Store => value.Size is 1 or 2 or 4 or 8 && value.Region != MemoryRegion.Context,
            Op.AtomicAdd => value.Size is 4 or 8 && value.Region is not (MemoryRegion.Context or MemoryRegion.Packet),
            Op.Call => value.Helper > 0 && value.Operands.Length <= 5 && value.KeySize >= 0,
            _ => true,
        };
        Require(fits, "its payload or size does not fit it", value);
    }

    private void Require(bool holds, string fault, Value? value = null)
    {
        if (holds) return;
        var at = value is null ? "" : $"{value}: ";
        throw new InvalidOperationException($"After {_pass}: {at}{fault}.\n{IrPrinter.Format(_f)}");
    }
}
