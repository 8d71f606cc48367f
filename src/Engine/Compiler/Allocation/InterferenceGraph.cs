namespace EbpfCat.Compiler;

/// <summary>The registers that are live at the same time, and the copies between them.</summary>
internal sealed class InterferenceGraph
{
    private readonly HashSet<long> _edges = [];

    public InterferenceGraph(MachineFunction f, Liveness liveness)
    {
        Count = f.RegisterCount;
        Neighbours = new List<int>[Count];
        Degree = new int[Count];
        Cost = new double[Count];
        for (var i = 0; i < Count; i++) Neighbours[i] = [];
        for (var a = 0; a < MachineInstruction.FirstVirtual; a++)
        {
            for (var b = 0; b < a; b++) AddEdge(a, b);
        }

        var live = new LiveRegisters(Count);
        foreach (var block in f.Blocks)
        {
            var weight = Math.Pow(10, Math.Min(block.LoopDepth, 6));
            live.Reset(liveness.LiveOut(block));
            for (var i = block.Instructions.Count - 1; i >= 0; i--) Visit(block.Instructions[i], live, weight);
        }
    }

    public int Count { get; }
    public List<int>[] Neighbours { get; }
    public int[] Degree { get; }

    /// <summary>The cost of keeping a register in memory: its accesses, weighted by loop depth.</summary>
    public double[] Cost { get; }

    public List<RegisterCopy> Copies { get; } = [];

    public bool Interferes(int a, int b) => a == b || _edges.Contains(Key(a, b));

    public void AddEdge(int a, int b)
    {
        if (a == b || !_edges.Add(Key(a, b))) return;
        Neighbours[a].Add(b);
        Neighbours[b].Add(a);
        Degree[a]++;
        Degree[b]++;
    }

    private void Visit(MachineInstruction instruction, LiveRegisters live, double weight)
    {
        if (instruction.IsCopy && instruction.Source != MachineInstruction.FramePointer)
        {
            // The two sides of a copy may share a register: the copy alone does not make them interfere.
            live.Remove(instruction.Source);
            Copies.Add(new RegisterCopy(instruction.Destination, instruction.Source, weight));
        }

        foreach (var defined in Liveness.Definitions(instruction)) live.Add(defined);
        foreach (var defined in Liveness.Definitions(instruction))
        {
            foreach (var other in live.InOrder()) AddEdge(defined, other);
            Cost[defined] += weight;
        }

        foreach (var defined in Liveness.Definitions(instruction)) live.Remove(defined);
        foreach (var used in Liveness.Uses(instruction))
        {
            live.Add(used);
            Cost[used] += weight;
        }
    }

    private static long Key(int a, int b) => a < b ? ((long)a << 32) | (uint)b : ((long)b << 32) | (uint)a;
}

/// <summary>A copy from a register to another, weighted by loop depth.</summary>
internal sealed record RegisterCopy(int A, int B, double Weight);
