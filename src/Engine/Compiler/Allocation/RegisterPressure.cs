namespace EbpfCat.Compiler;

/// <summary>
/// A lower bound of the number of places for the registers that are live at a point. The source of a copy may share the
/// place of the destination, and is not counted while that is live.
/// </summary>
internal sealed class RegisterPressure
{
    // A register with more sources, such as the phi of a long chain of branches, is never counted.
    private const int MaxSources = 8;

    private readonly LiveRegisters _live;
    private readonly List<int>?[] _sources;
    private readonly int[] _liveDestinations;
    private readonly bool[] _counts;

    public RegisterPressure(MachineFunction f, Predicate<int> counts)
    {
        _live = new LiveRegisters(f.RegisterCount);
        (_sources, _liveDestinations) = (new List<int>?[f.RegisterCount], new int[f.RegisterCount]);
        foreach (var copy in f.Blocks.SelectMany(b => b.Instructions).Where(i => i.IsCopy))
            (_sources[copy.Destination] ??= []).Add(copy.Source);
        _counts = new bool[f.RegisterCount];
        for (var register = MachineInstruction.FirstVirtual; register < _counts.Length; register++)
            _counts[register] = counts(register) && _sources[register] is null or { Count: <= MaxSources };
    }

    public int Count { get; private set; }

    public void Reset(IEnumerable<int> registers)
    {
        foreach (var register in _live.InOrder().ToArray()) Remove(register);
        foreach (var register in registers) Add(register);
    }

    public void Add(int register)
    {
        if (!_counts[register] || !_live.Add(register)) return;
        if (_liveDestinations[register] == 0) Count++;
        foreach (var source in _sources[register] ?? [])
        {
            if (_liveDestinations[source]++ == 0 && _live.Contains(source)) Count--;
        }
    }

    public void Remove(int register)
    {
        if (!_counts[register] || !_live.Remove(register)) return;
        if (_liveDestinations[register] == 0) Count--;
        foreach (var source in _sources[register] ?? [])
        {
            if (--_liveDestinations[source] == 0 && _live.Contains(source)) Count++;
        }
    }
}
