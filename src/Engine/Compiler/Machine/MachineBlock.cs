namespace EbpfCat.Compiler;

/// <summary>
/// Machine instructions in order. It ends in at most one conditional jump followed by what is done otherwise.
/// </summary>
internal sealed class MachineBlock(int id, int loopDepth)
{
    public int Id { get; } = id;
    public int LoopDepth { get; } = loopDepth;
    public List<MachineInstruction> Instructions { get; set; } = [];

    /// <summary>The blocks it goes on to.</summary>
    public IEnumerable<MachineBlock> Successors => Instructions.Where(i => i.Target is not null).Select(i => i.Target!);

    public override string ToString() => $"m{Id}";
}
