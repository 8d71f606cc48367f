namespace EbpfCat.Compiler;

/// <summary>
/// Assigns registers by colouring the interference graph, and coalesces copies if the graph stays colourable: iterated
/// register coalescing (George and Appel, TOPLAS 1996), the costliest copies first.
/// </summary>
internal sealed class GraphColoring
{
    public const int Colours = 10; // R0 to R9
    private const int Precoloured = MachineInstruction.FirstVirtual;
    private const int MaxNeighbours = 512;

    private readonly InterferenceGraph _graph;
    private readonly int[] _alias;
    private readonly int[] _colour;
    private readonly bool[] _removed;
    private readonly bool[] _present;
    private readonly Stack<int> _stack = new();
    private readonly List<RegisterCopy> _copies;
    private readonly List<int>[] _copiesOf;
    private readonly bool[] _copyDone;
    private readonly IReadOnlySet<int> _temporaries;

    // The assigned registers, as bits.
    private int _inUse;

    public GraphColoring(InterferenceGraph graph, IEnumerable<int> registers, IReadOnlySet<int> temporaries)
    {
        _temporaries = temporaries;
        _graph = graph;
        _alias = new int[graph.Count];
        _colour = new int[graph.Count];
        _removed = new bool[graph.Count];
        _present = new bool[graph.Count];
        for (var i = 0; i < graph.Count; i++) (_alias[i], _colour[i]) = (i, i < Precoloured ? i : -1);
        foreach (var register in registers) _present[register] = true;
        _copies = [.. graph.Copies.OrderByDescending(c => c.Weight)];
        _copyDone = new bool[_copies.Count];
        _copiesOf = new List<int>[graph.Count];
        for (var i = 0; i < graph.Count; i++) _copiesOf[i] = [];
        for (var i = 0; i < _copies.Count; i++)
        {
            _copiesOf[_copies[i].A].Add(i);
            _copiesOf[_copies[i].B].Add(i);
        }
    }

    /// <summary>The virtual registers that got no colour.</summary>
    public List<int> Spilled { get; } = [];

    /// <summary>The register that stands for all those it was merged with.</summary>
    public int Representative(int register) => Find(register);

    public int ColourOf(int register) => _colour[Find(register)];

    public void Run(Func<int, bool> mayRematerialize)
    {
        var nodes = Enumerable.Range(Precoloured, _graph.Count - Precoloured).Where(n => _present[n]).ToList();
        Coalesce();
        nodes.RemoveAll(n => Find(n) != n);
        var low = new Queue<int>(nodes.Where(n => _graph.Degree[n] < Colours));
        var high = new PriorityQueue<int, (double Cost, int Node)>();
        foreach (var node in nodes) high.Enqueue(node, (SpillCost(node), node));
        while (high.Count > 0)
        {
            if (low.TryDequeue(out var node))
            {
                if (!_removed[node]) Remove(node, low);
                continue;
            }

            // All remaining nodes have many neighbours: the one that is cheapest to spill is coloured last. As degrees
            // only fall, costs only rise: a node with the cost that it was queued with has the least.
            high.TryDequeue(out node, out var queued);
            if (_removed[node]) continue;
            if (SpillCost(node) is var cost && cost > queued.Cost) high.Enqueue(node, (cost, node));
            else Remove(node, low);
        }

        Colour();

        double SpillCost(int node) =>
            _graph.Cost[node] * (mayRematerialize(node) ? 0.25 : 1) / Math.Max(1, _graph.Degree[node]);
    }

    private int Find(int register)
    {
        while (_alias[register] != register) register = _alias[register] = _alias[_alias[register]];
        return register;
    }

    // Coalesces copies until none can be: first those that keep the graph colourable by the tests of Briggs and George.
    private void Coalesce()
    {
        var changed = true;
        while (changed)
        {
            changed = false;
            for (var i = 0; i < _copies.Count; i++)
            {
                if (_copyDone[i]) continue;
                var (a, b) = (Find(_copies[i].A), Find(_copies[i].B));
                if (a == b)
                {
                    _copyDone[i] = true;
                    continue;
                }

                if (b < Precoloured) (a, b) = (b, a);
                if (b < Precoloured || _graph.Interferes(a, b)
                    || (a >= Precoloured && (_temporaries.Contains(a) || _temporaries.Contains(b))))
                {
                    _copyDone[i] = true;
                    continue;
                }
                // The one with fewer neighbours joins the other: in a long program some have very many.
                if (a >= Precoloured && _graph.Neighbours[a].Count < _graph.Neighbours[b].Count) (a, b) = (b, a);
                if (!IsSafe(a, b)) continue;
                _copyDone[i] = true;
                Merge(a, b);
                changed = true;
            }
        }
    }

    private bool IsSafe(int a, int b)
    {
        if (George(a, b)) return true;
        return a >= Precoloured && _graph.Neighbours[a].Count <= MaxNeighbours && (Briggs(a, b) || George(b, a));
    }

    // George: every neighbour of b is harmless to a.
    private bool George(int a, int b)
    {
        foreach (var neighbour in _graph.Neighbours[b])
        {
            var n = Find(neighbour);
            if (n < Precoloured ? n == a : _graph.Degree[n] >= Colours)
            {
                if (!_graph.Interferes(n, a)) return false;
            }
            else if (n < Precoloured && a < Precoloured && n != a)
            {
                continue;
            }
            else if (n < Precoloured && !_graph.Interferes(n, a))
            {
                return false;
            }
        }

        return true;
    }

    // Briggs: the merged node has fewer significant neighbours than there are colours.
    private bool Briggs(int a, int b)
    {
        var seen = new HashSet<int>();
        var significant = 0;
        foreach (var side in (ReadOnlySpan<int>)[a, b])
        {
            foreach (var neighbour in _graph.Neighbours[side])
            {
                var n = Find(neighbour);
                if (!seen.Add(n)) continue;
                var degree = _graph.Degree[n];
                if (_graph.Interferes(n, a) && _graph.Interferes(n, b)) degree--;
                if (n < Precoloured || degree >= Colours) significant++;
            }
        }

        return significant < Colours;
    }

    private void Merge(int a, int b)
    {
        _alias[b] = a;
        _graph.Cost[a] += _graph.Cost[b];
        foreach (var neighbour in _graph.Neighbours[b].ToArray())
        {
            var n = Find(neighbour);
            if (n == a) continue;
            // The degree of a common neighbour falls by one, that of others stays.
            if (!_graph.Interferes(n, a)) _graph.AddEdge(n, a);
            _graph.Degree[n]--;
        }

        _copiesOf[a].AddRange(_copiesOf[b]);
    }

    private void Remove(int node, Queue<int> low)
    {
        _removed[node] = true;
        _stack.Push(node);
        foreach (var neighbour in Distinct(node))
        {
            if (neighbour < Precoloured || _removed[neighbour]) continue;
            if (--_graph.Degree[neighbour] == Colours - 1) low.Enqueue(neighbour);
        }
    }

    private IEnumerable<int> Distinct(int node)
    {
        var seen = new HashSet<int>();
        foreach (var neighbour in _graph.Neighbours[node])
        {
            var n = Find(neighbour);
            if (n != node && seen.Add(n)) yield return n;
        }
    }

    private void Colour()
    {
        while (_stack.TryPop(out var node))
        {
            var taken = 1 << MachineInstruction.FramePointer;
            foreach (var neighbour in Distinct(node))
            {
                if (_colour[neighbour] >= 0) taken |= 1 << _colour[neighbour];
            }

            var free = ~taken & ((1 << Colours) - 1);
            if (free == 0)
            {
                Spilled.Add(node);
                continue;
            }

            _colour[node] = Preferred(node, free);
            _inUse |= 1 << _colour[node];
        }
    }

    // R0 is kept for results if possible, because a result that is set early saves instructions at the exits. The first
    // use of a callee-saved register costs more: it is saved and restored in each run.
    private int First(int registers)
    {
        const int destroyed = (1 << Liveness.DestroyedByCalls) - 1;
        var cheap = registers & ~1 & (destroyed | _inUse);
        return System.Numerics.BitOperations.TrailingZeroCount(cheap != 0 ? cheap : registers);
    }

    // The register of the other side of a copy, if it is free: the copy is then removed. Else a register that no copy
    // of its neighbours prefers.
    private int Preferred(int node, int free)
    {
        double best = 0;
        var choice = -1;
        var wanted = 0;
        foreach (var i in _copiesOf[node])
        {
            var (a, b, weight) = _copies[i];
            var other = Find(a) == node ? Find(b) : Find(a);
            if (other == node) continue;
            var colour = _colour[other];
            if (colour < 0)
            {
                // Not coloured yet: choose the machine register that its other copies prefer.
                foreach (var j in _copiesOf[other])
                {
                    var far = Find(_copies[j].A) == other ? Find(_copies[j].B) : Find(_copies[j].A);
                    if (far < Precoloured && (free & (1 << far)) != 0 && weight > best && !_graph.Interferes(node, far))
                        (best, choice) = (weight * 0.5, far);
                }

                continue;
            }

            if ((free & (1 << colour)) != 0 && weight > best) (best, choice) = (weight, colour);
        }

        if (choice >= 0) return choice;
        foreach (var neighbour in Distinct(node))
        {
            if (_colour[neighbour] >= 0) continue;
            foreach (var j in _copiesOf[neighbour])
            {
                var far = Find(_copies[j].A) == neighbour ? Find(_copies[j].B) : Find(_copies[j].A);
                if (_colour[far] >= 0) wanted |= 1 << _colour[far];
            }
        }

        var unwanted = free & ~wanted;
        return First(unwanted != 0 ? unwanted : free);
    }
}
