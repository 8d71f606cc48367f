using EbpfCat.Language;

namespace EbpfCat.Compiler;

/// <summary>A value in static single assignment form, or an instruction with an effect.</summary>
internal sealed class Value(int id, Op op)
{
    private Value? _replacement;

    public int Id { get; } = id;
    public Op Op { get; set; } = op;

    /// <summary>A constant, an offset, a helper's id: see <see cref="Op"/>.</summary>
    public long Immediate { get; set; }

    /// <summary>The width in bytes of a memory access; for a choice of a variable's values, the bytes that hold them all.</summary>
    public byte Size { get; set; }

    /// <summary>What a memory access touches.</summary>
    public MemoryRegion Region { get; set; }

    /// <summary>A stack slot, map index or function: see <see cref="Op"/>.</summary>
    public object? Extra { get; set; }

    public Value[] Operands { get; set; } = [];
    public Block? Block { get; set; }
    public SourceSpan? Source { get; set; }

    public bool IsConstant => Op == Op.Constant;

    /// <summary>Whether the value depends on nothing but its operands and may be computed anywhere they are known.</summary>
    public bool IsPure => Op <= Op.Phi || (Op == Op.Load && Region == MemoryRegion.Context);

    /// <summary>Whether dropping it would be noticed.</summary>
    public bool HasEffect => Op is Op.Store or Op.AtomicAdd or Op.Call;

    /// <summary>The value that stands for this one now.</summary>
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
        if (!ReferenceEquals(other, this)) _replacement = other;
    }

    /// <summary>Makes every operand the value that stands for it now.</summary>
    public void Refresh()
    {
        for (var i = 0; i < Operands.Length; i++) Operands[i] = Operands[i].Current;
    }

    public override string ToString() => IrPrinter.Format(this);
}
