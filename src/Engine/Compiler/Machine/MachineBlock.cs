namespace EbpfCat.Compiler;

/// <summary>
/// Machine instructions in order. The block ends in at most one conditional jump, followed by the code for the other
/// case.
/// </summary>
internal sealed class MachineBlock(int id, int loopDepth)
{
    public int Id { get; } = id;
    public int LoopDepth { get; } = loopDepth;
    public List<MachineInstruction> Instructions { get; set; } = [];

    /// <summary>The number of slots of eight bytes of its instructions.</summary>
    public int SlotCount => Instructions.Sum(i => i.SlotCount);

    /// <summary>The successors.</summary>
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
