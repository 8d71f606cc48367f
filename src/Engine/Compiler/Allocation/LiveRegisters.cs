namespace EbpfCat.Compiler;

/// <summary>
/// The set of live registers at a point, small beside their total: no operation depends on the total.
/// </summary>
internal sealed class LiveRegisters(int registers)
{
    private readonly List<int> _live = [];
    private readonly int[] _place = new int[registers]; // in the list, plus 1; 0 where not live

    public bool Contains(int register) => _place[register] > 0;

    public void Reset(IEnumerable<int> registers)
    {
        foreach (var register in _live) _place[register] = 0;
        _live.Clear();
        foreach (var register in registers) Add(register);
    }

    /// <returns>Whether it was not live.</returns>
    public bool Add(int register)
    {
        if (_place[register] > 0) return false;
        _live.Add(register);
        _place[register] = _live.Count;
        return true;
    }

    /// <returns>Whether it was live.</returns>
    public bool Remove(int register)
    {
        if (_place[register] is not (> 0 and var place)) return false;
        _place[register] = 0;
        var last = _live[^1];
        _live.RemoveAt(_live.Count - 1);
        if (last == register) return true;
        _live[place - 1] = last;
        _place[last] = place;
        return true;
    }

    /// <summary>The registers, ascending, whatever the order in which they became live.</summary>
    public IReadOnlyList<int> InOrder()
    {
        _live.Sort();
        for (var i = 0; i < _live.Count; i++) _place[_live[i]] = i + 1;
        return _live;
    }
}
