namespace EbpfCat.Compiler;

/// <summary>The program, or one inlined call of a function: its locals, labels, result and exit.</summary>
internal sealed class Frame(bool isFunction, Block exit)
{
    private readonly Dictionary<BoundLocal, LocalStorage> _locals = [];

    /// <summary>Whether it is a call of a function.</summary>
    public bool IsFunction { get; } = isFunction;

    /// <summary>The target of <c>return</c>.</summary>
    public Block Exit { get; } = exit;

    /// <summary>The last result.</summary>
    public SsaVariable Result { get; } = new("result");

    /// <summary>The targets of break and continue, innermost on top; continue is null in a switch.</summary>
    public Stack<(Block Break, Block? Continue)> Targets { get; } = [];

    /// <summary>The blocks of its labels.</summary>
    public Dictionary<Label, Block> Labels { get; } = [];

    /// <summary>The stack slots of its locals.</summary>
    public IEnumerable<StackSlot> Slots => _locals.Values.Select(storage => storage.Slot).OfType<StackSlot>();

    public LocalStorage Storage(BoundLocal local, Func<BoundLocal, LocalStorage> make)
    {
        if (!_locals.TryGetValue(local, out var storage)) _locals[local] = storage = make(local);
        return storage;
    }
}
