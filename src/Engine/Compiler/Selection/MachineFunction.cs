namespace EbpfCat.Compiler;

/// <summary>A function as machine instructions.</summary>
internal sealed class MachineFunction(string name, int parameterCount)
{
    private int _registers = MachineInstruction.FirstVirtual;

    public string Name { get; } = name;
    public int ParameterCount { get; } = parameterCount;
    public List<MachineBlock> Blocks { get; set; } = [];
    public List<StackSlot> Slots { get; } = [];

    /// <summary>One above the highest register number in use.</summary>
    public int RegisterCount => _registers;

    public int NewRegister() => _registers++;
}
