namespace EbpfCat.Compiler;

/// <summary>A function in the intermediate form: blocks of values, the first block its entry.</summary>
internal sealed class IrFunction(string name, int parameterCount)
{
    private readonly Dictionary<long, Value> _constants = [];
    private int _values;
    private int _blocks;

    public string Name { get; } = name;
    public int ParameterCount { get; } = parameterCount;
    public List<Block> Blocks { get; set; } = [];
    public List<StackSlot> Slots { get; } = [];
    public Block Entry => Blocks[0];

    /// <summary>How many values there have been; ids are below this.</summary>
    public int ValueCount => _values;
    public int BlockCount => _blocks;

    /// <summary>What the program gives where nothing else is said.</summary>
    public long DefaultResult { get; set; }

    /// <summary>A function that blocks of this one can move to: what is new in it is numbered after what is there.</summary>
    public IrFunction NewSibling(string name, int parameterCount) => new(name, parameterCount) { _values = _values, _blocks = _blocks };

    public Block NewBlock() => new(_blocks++);

    public Value NewValue(Op op, params Value[] operands) => new(_values++, op) { Operands = operands };

    /// <summary>A constant. It belongs to no block: it is made where it is used.</summary>
    public Value Constant(long value)
    {
        if (!_constants.TryGetValue(value, out var constant))
        {
            _constants[value] = constant = new Value(_values++, Op.Constant) { Immediate = value };
        }

        return constant;
    }

    public StackSlot NewSlot(int size, bool isTransient = false)
    {
        var slot = new StackSlot(size) { IsTransient = isTransient };
        Slots.Add(slot);
        return slot;
    }

    /// <summary>Finds the predecessors anew and drops the blocks that nothing reaches; phis keep the values of those that stay.</summary>
    public void UpdatePredecessors()
    {
        var order = ReversePostorder();
        var reached = new HashSet<Block>(order);
        foreach (var block in order)
        {
            // A phi's values follow the list of predecessors: both shrink together.
            for (var i = block.Predecessors.Count - 1; i >= 0; i--)
            {
                var predecessor = block.Predecessors[i];
                if (reached.Contains(predecessor) && predecessor.LeadsTo(block)) continue;
                RemovePredecessorAt(block, i);
            }
        }

        Blocks = order;
    }

    public static void RemovePredecessorAt(Block block, int index)
    {
        block.Predecessors.RemoveAt(index);
        foreach (var phi in block.Phis)
        {
            phi.Operands = [.. phi.Operands.Where((_, i) => i != index)];
        }
    }

    /// <summary>The blocks that the entry reaches, each after its predecessors but for loops.</summary>
    public List<Block> ReversePostorder()
    {
        var result = new List<Block>(Blocks.Count);
        var seen = new bool[_blocks];
        var stack = new Stack<(Block Block, bool Done)>();
        stack.Push((Entry, false));
        while (stack.Count > 0)
        {
            var (block, done) = stack.Pop();
            if (done)
            {
                result.Add(block);
                continue;
            }

            if (seen[block.Id]) continue;
            seen[block.Id] = true;
            stack.Push((block, true));
            // The last pushed is finished first and so comes last in the reversed list: what falls through stays near.
            foreach (var successor in block.Successors)
            {
                if (!seen[successor.Id]) stack.Push((successor, false));
            }
        }

        result.Reverse();
        return result;
    }
}
