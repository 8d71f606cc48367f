namespace EbpfCat.Compiler;

/// <summary>Which block every way to a block leads through: by Cooper, Harvey and Kennedy's algorithm.</summary>
internal sealed class DominatorTree
{
    private readonly int[] _order; // by a block's id; −1 where nothing reaches it
    private readonly int[] _immediate;
    private readonly List<Block> _blocks;
    private readonly int[] _entered;
    private readonly int[] _left;

    public DominatorTree(IrFunction f)
    {
        _blocks = f.Blocks;
        _order = new int[f.BlockCount];
        Array.Fill(_order, -1);
        for (var i = 0; i < _blocks.Count; i++) _order[_blocks[i].Id] = i;
        _immediate = new int[_blocks.Count];
        Array.Fill(_immediate, -1);
        _immediate[0] = 0;
        var changed = true;
        while (changed)
        {
            changed = false;
            for (var i = 1; i < _blocks.Count; i++)
            {
                var dominator = -1;
                foreach (var predecessor in _blocks[i].Predecessors)
                {
                    var p = _order[predecessor.Id];
                    if (p < 0 || _immediate[p] < 0) continue;
                    dominator = dominator < 0 ? p : Meet(dominator, p);
                }

                if (dominator == _immediate[i]) continue;
                _immediate[i] = dominator;
                changed = true;
            }
        }

        Children = new List<Block>[_blocks.Count];
        for (var i = 0; i < _blocks.Count; i++) Children[i] = [];
        for (var i = 1; i < _blocks.Count; i++) Children[_immediate[i]].Add(_blocks[i]);
        (_entered, _left) = (new int[_blocks.Count], new int[_blocks.Count]);
        Number();
    }

    /// <summary>Whether every way to a block leads through another, or that is the block itself.</summary>
    public bool Dominates(Block dominator, Block block)
    {
        var (a, b) = (_order[dominator.Id], _order[block.Id]);
        return _entered[a] <= _entered[b] && _left[b] <= _left[a];
    }

    private List<Block>[] Children { get; }

    public IReadOnlyList<Block> ChildrenOf(Block block) => Children[_order[block.Id]];

    /// <summary>The nearest other block that every way to a block leads through; null for the entry.</summary>
    public Block? ImmediateDominator(Block block) => _order[block.Id] == 0 ? null : _blocks[_immediate[_order[block.Id]]];

    /// <summary>The block's place in the order of blocks; a way back goes to a place not later.</summary>
    public int OrderOf(Block block) => _order[block.Id];

    // A block lies below those whose span of a walk down the tree takes in its own.
    private void Number()
    {
        var clock = 0;
        var work = new Stack<(int Block, int Child)>();
        work.Push((0, 0));
        while (work.TryPop(out var at))
        {
            if (at.Child == 0) _entered[at.Block] = clock++;
            if (at.Child == Children[at.Block].Count)
            {
                _left[at.Block] = clock;
                continue;
            }

            work.Push((at.Block, at.Child + 1));
            work.Push((_order[Children[at.Block][at.Child].Id], 0));
        }
    }

    private int Meet(int a, int b)
    {
        while (a != b)
        {
            while (a > b) a = _immediate[a];
            while (b > a) b = _immediate[b];
        }

        return a;
    }
}
