namespace EbpfCat.Compiler;

/// <summary>Which registers hold something still needed at the end of each block.</summary>
internal sealed class Liveness
{
    /// <summary>Calls destroy R0 to R5.</summary>
    public const int DestroyedByCalls = 6;

    private readonly Dictionary<MachineBlock, NumberSet> _liveOut = [];

    public Liveness(MachineFunction f)
    {
        var uses = new Dictionary<MachineBlock, NumberSet>();
        var definitions = new Dictionary<MachineBlock, NumberSet>();
        var liveIn = new Dictionary<MachineBlock, NumberSet>();
        var predecessors = new Dictionary<MachineBlock, List<MachineBlock>>();
        foreach (var block in f.Blocks) predecessors[block] = [];
        foreach (var block in f.Blocks)
        {
            var (use, definition) = (new NumberSet(f.RegisterCount), new NumberSet(f.RegisterCount));
            foreach (var instruction in block.Instructions)
            {
                foreach (var register in Uses(instruction))
                {
                    if (!definition.Contains(register)) use.Add(register);
                }

                foreach (var register in Definitions(instruction)) definition.Add(register);
            }

            (uses[block], definitions[block]) = (use, definition);
            _liveOut[block] = new NumberSet(f.RegisterCount);
            liveIn[block] = new NumberSet(f.RegisterCount);
            liveIn[block].CopyFrom(use);
            foreach (var successor in block.Successors) predecessors[successor].Add(block);
        }

        var work = new Queue<MachineBlock>(Enumerable.Reverse(f.Blocks));
        var queued = new HashSet<MachineBlock>(f.Blocks);
        while (work.TryDequeue(out var block))
        {
            queued.Remove(block);
            var live = _liveOut[block];
            foreach (var successor in block.Successors) live.AddAll(liveIn[successor]);
            var input = new NumberSet(f.RegisterCount);
            input.CopyFrom(live);
            definitions[block].ForEach(input, static (set, register) => set.Remove(register));
            input.AddAll(uses[block]);
            if (!liveIn[block].AddAll(input)) continue;
            foreach (var predecessor in predecessors[block])
            {
                if (queued.Add(predecessor)) work.Enqueue(predecessor);
            }
        }
    }

    public NumberSet LiveOut(MachineBlock block) => _liveOut[block];

    /// <summary>The registers an instruction reads, the frame pointer left out: it is always there.</summary>
    public static IEnumerable<int> Uses(MachineInstruction i)
    {
        if (i.ReadsDestination && i.Destination is not (MachineInstruction.None or MachineInstruction.FramePointer)) yield return i.Destination;
        if (i.ReadsSource && i.Source is not (MachineInstruction.None or MachineInstruction.FramePointer)) yield return i.Source;
        if (i.Op == MachineOp.Call)
        {
            for (var argument = 1; argument <= i.ArgumentCount; argument++) yield return argument;
        }

        if (i.Op == MachineOp.Exit) yield return 0;
    }

    /// <summary>The registers an instruction writes or destroys.</summary>
    public static IEnumerable<int> Definitions(MachineInstruction i)
    {
        if (i.Definition != MachineInstruction.None) yield return i.Definition;
        if (i.Op == MachineOp.Call)
        {
            for (var register = 0; register < DestroyedByCalls; register++) yield return register;
        }
    }
}
