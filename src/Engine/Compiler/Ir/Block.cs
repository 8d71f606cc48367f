using EbpfCat.Language;

namespace EbpfCat.Compiler;

/// <summary>A basic block: instructions entered only at the first and left only after the last.</summary>
internal sealed class Block(int id)
{
    public int Id { get; } = id;

    /// <summary>The phis. Their operands are in the order of <see cref="Predecessors"/>.</summary>
    public List<Value> Phis { get; } = [];

    public List<Value> Body { get; set; } = [];

    public List<Block> Predecessors { get; } = [];

    public ExitKind Exit { get; set; }

    /// <summary>For a branch: how <see cref="Left"/> and <see cref="Right"/> are compared.</summary>
    public Comparison Comparison { get; set; }

    public Value? Left { get; set; }
    public Value? Right { get; set; }

    /// <summary>For a packet check: the end of the packet, which Left plus Right must not exceed.</summary>
    public Value? End { get; set; }

    /// <summary>The target of a jump, and of a branch whose comparison is true.</summary>
    public Block? Target { get; set; }

    /// <summary>The target of a branch whose comparison is false.</summary>
    public Block? Otherwise { get; set; }

    /// <summary>The operand of a return.</summary>
    public Value? Result { get; set; }

    public SourceSpan? Source { get; set; }

    /// <summary>The number of loops that contain the block.</summary>
    public int LoopDepth { get; set; }

    public IEnumerable<Block> Successors
    {
        get
        {
            if (Exit is ExitKind.Jump or ExitKind.Branch) yield return Target!;
            if (Exit is ExitKind.Branch) yield return Otherwise!;
        }
    }

    /// <summary>Whether a block is a direct successor.</summary>
    public bool LeadsTo(Block other) => (Exit is ExitKind.Jump or ExitKind.Branch && ReferenceEquals(Target, other))
        || (Exit == ExitKind.Branch && ReferenceEquals(Otherwise, other));

    /// <summary>Removes predecessors, and their operands from the phis.</summary>
    /// <param name="isKept">Whether to keep the predecessor at an index.</param>
    public void KeepPredecessors(Predicate<int> isKept)
    {
        var first = 0;
        while (first < Predecessors.Count && isKept(first)) first++;
        if (first == Predecessors.Count) return;
        var kept = Enumerable.Range(0, Predecessors.Count).Where(i => i < first || isKept(i)).ToList();
        foreach (var phi in Phis) phi.Operands = [.. kept.Select(i => phi.Operands[i])];
        for (var i = 0; i < kept.Count; i++) Predecessors[i] = Predecessors[kept[i]];
        Predecessors.RemoveRange(kept.Count, Predecessors.Count - kept.Count);
    }

    public override string ToString() => $"b{Id}";
}
