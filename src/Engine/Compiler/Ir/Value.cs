namespace EbpfCat.Compiler;

/// <summary>A value in static single assignment form, or an instruction with an effect.</summary>
internal sealed class Value(int id, Op op)
{
    private Value? _replacement;
    private object? _reference;
    private int _number;

    public int Id { get; } = id;
    public Op Op { get; } = op;

    /// <summary>A constant, a byte offset, a width in bits or a parameter's number: see <see cref="Op"/>.</summary>
    public long Immediate { get; set; }

    /// <summary>
    /// The width in bytes of a memory access, or of the variable that a phi stands for (0: not known).
    /// </summary>
    public byte Size { get; set; }

    /// <summary>The memory region of an access.</summary>
    public MemoryRegion Region { get; set; }

    /// <summary>The slot that a frame address is of.</summary>
    public StackSlot Slot
    {
        get => Payload(_reference as StackSlot, Op == Op.FrameAddress)!;
        init => _reference = Payload(value, Op == Op.FrameAddress);
    }

    /// <summary>The function that a function address is of.</summary>
    public IrFunction Function
    {
        get => Payload(_reference as IrFunction, Op == Op.FunctionAddress)!;
        init => _reference = Payload(value, Op == Op.FunctionAddress);
    }

    /// <summary>The index of the map that an address is of.</summary>
    public int Map
    {
        get => Payload(_number, Op is Op.MapAddress or Op.MapValueAddress);
        init => _number = Payload(value, Op is Op.MapAddress or Op.MapValueAddress);
    }

    /// <summary>The id of the helper that a call calls.</summary>
    public int Helper => Payload((int)Immediate, Op == Op.Call);

    /// <summary>
    /// For a call of a map helper: the bytes of the key behind its second argument; 0 where they do not matter.
    /// </summary>
    public int KeySize
    {
        get => Payload(_number, Op == Op.Call);
        init => _number = Payload(value, Op == Op.Call);
    }

    /// <summary>
    /// For the load of a packet pointer from the context: how many changes of the packet came before it, plus 1; else
    /// 0.
    /// </summary>
    public int PacketVersion
    {
        get => Payload(_number, Op == Op.Load);
        set => _number = Payload(value, Op == Op.Load);
    }

    /// <summary>Whether the load must stay, because its width gives the verifier a bound.</summary>
    public bool KeepsBound { get; set; }

    /// <summary>Whether comparisons with the value must stay, because they give the verifier bounds.</summary>
    public bool KeepsComparisons { get; set; }

    /// <summary>Whether a load from the stack may give a pointer.</summary>
    public bool LoadsPointer { get; init; }

    /// <summary>
    /// The object that the operation refers to, for comparison: equal for equal slots, functions, maps and versions.
    /// </summary>
    public (object? Reference, int Number) Referent => (_reference, _number);

    public Value[] Operands { get; set; } = [];
    public Block? Block { get; set; }
    public SourceSpan? Source { get; set; }

    public bool IsConstant => Op == Op.Constant;

    /// <summary>Whether the value depends only on its operands and can be computed anywhere after them.</summary>
    public bool IsPure => Op <= Op.Phi || (Op == Op.Load && Region == MemoryRegion.Context);

    /// <summary>Whether the operation has an effect.</summary>
    public bool HasEffect => Op is Op.Store or Op.AtomicAdd or Op.Call;

    /// <summary>The value that has replaced this one, or itself.</summary>
    public Value Current
    {
        get
        {
            if (_replacement is null) return this;
            var end = _replacement;
            while (end._replacement is not null) end = end._replacement;
            return _replacement = end;
        }
    }

    public bool IsReplaced => _replacement is not null;

    public void ReplaceWith(Value other)
    {
        other = other.Current;
        if (ReferenceEquals(other, this)) return;
        _replacement = other;
        if (KeepsComparisons && !other.IsConstant) other.KeepsComparisons = true;
    }

    /// <summary>Replaces every operand by its <see cref="Current"/>.</summary>
    public void Refresh()
    {
        for (var i = 0; i < Operands.Length; i++) Operands[i] = Operands[i].Current;
    }

    // Each of the above belongs to certain operations.
    private T Payload<T>(T value, bool fits) =>
        fits ? value : throw new InvalidOperationException($"{Op} has no such payload.");

    public override string ToString() => IrPrinter.Format(this);
}
