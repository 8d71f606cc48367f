namespace EbpfCat.Compiler;

/// <summary>
/// Finds the registers that are live at the end of each block, register by register: from each use back to the
/// definitions, so that it takes as long as there are live registers to note.
/// </summary>
internal sealed class Liveness
{
    /// <summary>Calls destroy R0 to R5.</summary>
    public const int DestroyedByCalls = 6;

    private readonly Dictionary<MachineBlock, List<int>> _liveOut = [];

    public Liveness(MachineFunction f)
    {
        var numbers = new Dictionary<MachineBlock, int>();
        foreach (var block in f.Blocks) (numbers[block], _liveOut[block]) = (numbers.Count, []);
        var predecessors = new List<int>[f.Blocks.Count];
        for (var i = 0; i < predecessors.Length; i++) predecessors[i] = [];
        var (uses, definitions) = (new List<int>?[f.RegisterCount], new List<int>?[f.RegisterCount]);
        for (var i = 0; i < f.Blocks.Count; i++)
        {
            foreach (var successor in f.Blocks[i].Successors) predecessors[numbers[successor]].Add(i);
            foreach (var instruction in f.Blocks[i].Instructions)
            {
                // A use behind a definition in its own block needs nothing of the blocks before.
                foreach (var register in Uses(instruction))
                {
                    if (definitions[register]?[^1] != i) Note(ref uses[register], i);
                }

                foreach (var register in Definitions(instruction)) Note(ref definitions[register], i);
            }
        }

        var (defines, liveIn, liveOut) = (Never(), Never(), Never());
        var work = new Stack<int>();
        for (var register = 0; register < f.RegisterCount; register++)
        {
            if (uses[register] is not { } used) continue;
            foreach (var block in definitions[register] ?? []) defines[block] = register;
            foreach (var block in used)
            {
                liveIn[block] = register;
                work.Push(block);
            }

            while (work.TryPop(out var block))
            {
                foreach (var predecessor in predecessors[block])
                {
                    if (liveOut[predecessor] == register) continue;
                    liveOut[predecessor] = register;
                    _liveOut[f.Blocks[predecessor]].Add(register);
                    if (defines[predecessor] == register || liveIn[predecessor] == register) continue;
                    liveIn[predecessor] = register;
                    work.Push(predecessor);
                }
            }
        }

        // The last register that something was noted of, for each block.
        int[] Never()
        {
            var result = new int[f.Blocks.Count];
            Array.Fill(result, MachineInstruction.None);
            return result;
        }
    }

    /// <summary>The registers that are live at the end of a block, ascending.</summary>
    public IReadOnlyList<int> LiveOut(MachineBlock block) => _liveOut[block];

    /// <summary>The registers an instruction reads, the frame pointer left out: it is always there.</summary>
    public static RegisterList Uses(MachineInstruction i) => i.Op switch
    {
        MachineOp.Call => new(MachineInstruction.None, MachineInstruction.None, 1, i.ArgumentCount + 1),
        MachineOp.Exit => new(MachineInstruction.None, MachineInstruction.None, 0, 1),
        _ => new(
            i.ReadsDestination && IsAllocated(i.Destination) ? i.Destination : MachineInstruction.None,
            i.ReadsSource && IsAllocated(i.Source) ? i.Source : MachineInstruction.None, 0, 0),
    };

    /// <summary>The registers an instruction writes or destroys.</summary>
    public static RegisterList Definitions(MachineInstruction i) =>
        new(i.Definition, MachineInstruction.None, 0, i.Op == MachineOp.Call ? DestroyedByCalls : 0);

    private static bool IsAllocated(int register) =>
        register is not (MachineInstruction.None or MachineInstruction.FramePointer);

    private static void Note(ref List<int>? blocks, int block)
    {
        blocks ??= [];
        if (blocks.Count == 0 || blocks[^1] != block) blocks.Add(block);
    }
}
