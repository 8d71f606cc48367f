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

    /// <summary>The number of values created so far; ids are below it.</summary>
    public int ValueCount => _values;
    public int BlockCount => _blocks;

    /// <summary>The result of the program if its code gives none.</summary>
    public long DefaultResult { get; set; }

    /// <summary>
    /// A function that blocks of this one can move to: what is new in it is numbered after what is there.
    /// </summary>
    public IrFunction NewSibling(string name, int parameterCount) =>
        new(name, parameterCount) { _values = _values, _blocks = _blocks };

    public Block NewBlock() => new(_blocks++);

    public Value NewValue(Op op, params Value[] operands) => new(_values++, op) { Operands = operands };

    /// <summary>A constant. It is in no block: selection creates it at each use.</summary>
    public Value Constant(long value)
    {
        if (!_constants.TryGetValue(value, out var constant))
            _constants[value] = constant = new Value(_values++, Op.Constant) { Immediate = value };
        return constant;
    }

    public Value FrameAddress(StackSlot slot) => new(_values++, Op.FrameAddress) { Slot = slot };

    public Value MapAddress(int map) => new(_values++, Op.MapAddress) { Map = map };

    public Value MapValueAddress(int map, long offset) =>
        new(_values++, Op.MapValueAddress) { Map = map, Immediate = offset };

    public Value FunctionAddress(IrFunction function) => new(_values++, Op.FunctionAddress) { Function = function };

    public Value Load(MemoryRegion region, Value pointer, long offset, int size, bool mayBePointer = false) =>
        new(_values++, Op.Load)
        {
            Operands = [pointer],
            Immediate = offset,
            Size = (byte)size,
            Region = region,
            LoadsPointer = mayBePointer,
        };

    /// <summary>A plain store or, by its operation, an atomic addition.</summary>
    public Value Store(MemoryRegion region, Value pointer, long offset, int size, Value stored, Op op = Op.Store) =>
        new(_values++, op) { Operands = [pointer, stored], Immediate = offset, Size = (byte)size, Region = region };

    /// <summary>A call of a helper; the key's size is <see cref="Value.KeySize"/>.</summary>
    public Value Call(int helper, int keySize, params Value[] arguments) =>
        new(_values++, Op.Call) { Operands = arguments, Immediate = helper, KeySize = keySize };

    /// <summary>The same address again, to be put into a block of this function.</summary>
    public Value CloneAddress(Value value) => value.Op switch
    {
        Op.FrameAddress => FrameAddress(value.Slot),
        Op.MapAddress => MapAddress(value.Map),
        Op.MapValueAddress => MapValueAddress(value.Map, value.Immediate),
        Op.FunctionAddress => FunctionAddress(value.Function),
        _ => NewValue(value.Op),
    };

    public StackSlot NewSlot(int size, bool isTransient = false)
    {
        var slot = new StackSlot(size) { IsTransient = isTransient };
        Slots.Add(slot);
        return slot;
    }

    /// <summary>
    /// Puts the blocks in reverse postorder, drops those that the entry does not reach, and removes predecessors that
    /// no longer lead to a block.
    /// </summary>
    public void UpdatePredecessors()
    {
        Blocks = ReversePostorder();
        var reached = new bool[_blocks];
        foreach (var block in Blocks) reached[block.Id] = true;
        foreach (var block in Blocks)
            block.KeepPredecessors(i => reached[block.Predecessors[i].Id] && block.Predecessors[i].LeadsTo(block));
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
            // The last one pushed is finished first and so is last in the reversed list: fall-through stays near.
            foreach (var successor in block.Successors)
            {
                if (!seen[successor.Id]) stack.Push((successor, false));
            }
        }

        result.Reverse();
        return result;
    }
}
