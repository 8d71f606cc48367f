namespace EbpfCat.Compiler;

/// <summary>The dominator tree of a function whose blocks are in reverse postorder.</summary>
internal sealed class DominatorTree
{
    private readonly List<Block> _blocks;
    private readonly int[] _order; // by a block's id; -1 where the entry does not reach it
    private readonly int[] _immediate;
    private readonly List<Block>[] _children;
    private readonly int[] _entered;
    private readonly int[] _left;

    public DominatorTree(IrFunction f)
    {
        _blocks = f.Blocks;
        _order = new int[f.BlockCount];
        Array.Fill(_order, -1);
        for (var i = 0; i < _blocks.Count; i++) _order[_blocks[i].Id] = i;
        var predecessors = new List<int>[_blocks.Count];
        for (var i = 0; i < predecessors.Length; i++)
        {
            predecessors[i] = _blocks[i].Predecessors.ConvertAll(block => _order[block.Id]);
            predecessors[i].RemoveAll(block => block < 0);
        }

        _immediate = ImmediateDominators.Find(predecessors);
        _children = new List<Block>[_blocks.Count];
        for (var i = 0; i < _blocks.Count; i++) _children[i] = [];
        for (var i = 1; i < _blocks.Count; i++) _children[_immediate[i]].Add(_blocks[i]);
        (_entered, _left) = (new int[_blocks.Count], new int[_blocks.Count]);
        Number();
    }

    /// <summary>Whether a block dominates another, or is the same.</summary>
    public bool Dominates(Block dominator, Block block)
    {
        var (a, b) = (_order[dominator.Id], _order[block.Id]);
        return _entered[a] <= _entered[b] && _left[b] <= _left[a];
    }

    /// <summary>The blocks whose immediate dominator a block is.</summary>
    public IReadOnlyList<Block> ChildrenOf(Block block) => _children[_order[block.Id]];

    /// <summary>The immediate dominator of a block; null for the entry.</summary>
    public Block? ImmediateDominator(Block block) =>
        _order[block.Id] == 0 ? null : _blocks[_immediate[_order[block.Id]]];

    /// <summary>The block's place in reverse postorder.</summary>
    public int OrderOf(Block block) => _order[block.Id];

    // Numbers the tree in depth-first order: a block's descendants lie in its span of numbers.
    private void Number()
    {
        var clock = 0;
        var work = new Stack<(int Block, int Child)>();
        work.Push((0, 0));
        while (work.TryPop(out var at))
        {
            if (at.Child == 0) _entered[at.Block] = clock++;
            if (at.Child == _children[at.Block].Count)
            {
                _left[at.Block] = clock;
                continue;
            }

            work.Push((at.Block, at.Child + 1));
            work.Push((_order[_children[at.Block][at.Child].Id], 0));
        }
    }
}
