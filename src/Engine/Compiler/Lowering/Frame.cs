using EbpfCat.Binding;
using EbpfCat.Language;

namespace EbpfCat.Compiler;

/// <summary>
/// One activation of the program or of a function that is put in at its call: its locals, result and way out.
/// </summary>
internal sealed class Frame(bool isFunction, Block exit)
{
    private readonly Dictionary<BoundLocal, LocalStorage> _locals = [];

    /// <summary>Whether it is that of a function, not the program's own.</summary>
    public bool IsFunction { get; } = isFunction;

    /// <summary>Where <c>return</c> goes.</summary>
    public Block Exit { get; } = exit;

    /// <summary>What was put out last.</summary>
    public SsaVariable Result { get; } = new("result");

    /// <summary>Where break and continue go, innermost last; continue is null in a switch.</summary>
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
