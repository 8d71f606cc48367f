namespace EbpfCat.Compiler;

/// <summary>A function as machine instructions.</summary>
internal sealed class MachineFunction(IrFunction source)
{
    private int _registers = MachineInstruction.FirstVirtual;

    /// <summary>The function that it was selected from.</summary>
    public IrFunction Source { get; } = source;

    public string Name => Source.Name;
    public int ParameterCount => Source.ParameterCount;
    public List<MachineBlock> Blocks { get; set; } = [];
    public List<StackSlot> Slots { get; } = [];

    /// <summary>One above the highest register number in use.</summary>
    public int RegisterCount => _registers;

    public int NewRegister() => _registers++;
}
