namespace EbpfCat.Compiler;

/// <summary>
/// Machine instructions in order. It ends in at most one conditional jump followed by what is done otherwise.
/// </summary>
internal sealed class MachineBlock(int id, int loopDepth)
{
    public int Id { get; } = id;
    public int LoopDepth { get; } = loopDepth;
    public List<MachineInstruction> Instructions { get; set; } = [];

    /// <summary>How many slots of eight bytes its instructions take.</summary>
    public int SlotCount => Instructions.Sum(i => i.SlotCount);

    /// <summary>The blocks it goes on to.</summary>
    public IEnumerable<MachineBlock> Successors
    {
        get
        {
            if (Instructions is [.., { Target: { } target }, _]) yield return target;
            if (Instructions is [.., { Target: { } last }]) yield return last;
        }
    }

    public override string ToString() => $"m{Id}";
}
