using EbpfCat.Language;

namespace EbpfCat.Compiler;

/// <summary>A run of instructions that is entered at its start and left at its end.</summary>
internal sealed class Block(int id)
{
    public int Id { get; } = id;

    /// <summary>Phis, one value for each predecessor in <see cref="Predecessors"/>' order.</summary>
    public List<Value> Phis { get; } = [];

    public List<Value> Body { get; set; } = [];

    public List<Block> Predecessors { get; } = [];

    public ExitKind Exit { get; set; }

    /// <summary>For a branch: how its operands are compared.</summary>
    public Comparison Comparison { get; set; }

    public Value? Left { get; set; }
    public Value? Right { get; set; }

    /// <summary>For a packet check: the end of the packet.</summary>
    public Value? End { get; set; }

    /// <summary>Where a jump goes, or a branch when the comparison holds.</summary>
    public Block? Target { get; set; }

    /// <summary>Where a branch goes when it does not hold.</summary>
    public Block? Otherwise { get; set; }

    /// <summary>What a return gives.</summary>
    public Value? Result { get; set; }

    public SourceSpan? Source { get; set; }

    /// <summary>How many loops the block lies in.</summary>
    public int LoopDepth { get; set; }

    public IEnumerable<Block> Successors
    {
        get
        {
            if (Exit is ExitKind.Jump or ExitKind.Branch) yield return Target!;
            if (Exit is ExitKind.Branch) yield return Otherwise!;
        }
    }

    /// <summary>Whether one of its ways out leads straight to a block.</summary>
    public bool LeadsTo(Block other) => (Exit is ExitKind.Jump or ExitKind.Branch && ReferenceEquals(Target, other))
        || (Exit == ExitKind.Branch && ReferenceEquals(Otherwise, other));

    /// <summary>Removes predecessors, and the operands of the phis for them.</summary>
    /// <param name="keeps">Tells by the index of a predecessor whether it stays.</param>
    public void KeepPredecessors(Predicate<int> keeps)
    {
        var kept = new List<int>(Predecessors.Count);
        for (var i = 0; i < Predecessors.Count; i++)
        {
            if (keeps(i)) kept.Add(i);
        }

        if (kept.Count == Predecessors.Count) return;
        foreach (var phi in Phis) phi.Operands = [.. kept.Select(i => phi.Operands[i])];
        for (var i = 0; i < kept.Count; i++) Predecessors[i] = Predecessors[kept[i]];
        Predecessors.RemoveRange(kept.Count, Predecessors.Count - kept.Count);
    }

    public override string ToString() => $"b{Id}";
}
