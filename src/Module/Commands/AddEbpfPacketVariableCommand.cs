namespace EbpfCat.Commands;

/// <summary>Gives a place in the packet a name and a type.</summary>
[Cmdlet(VerbsCommon.Add, "EbpfPacketVariable")]
[OutputType(typeof(Language.ProgramDefinition))]
public sealed class AddEbpfPacketVariableCommand : DefinitionCommand
{
    [Parameter(Mandatory = true, Position = 0), ValidateNotNullOrEmpty]
    public string Name { get; set; } = null!;

    [Parameter(Mandatory = true, Position = 1), ValidateRange(0, 65535)]
    public int Offset { get; set; }

    [Parameter(Mandatory = true, Position = 2), KernelType, ArgumentCompleter(typeof(KernelTypeCompleter))]
    public EbpfType Type { get; set; } = null!;

    [Parameter, ValidateRange(0, 63)]
    public int Bit { get; set; }

    [Parameter, ValidateRange(1, 64)]
    public int BitCount { get; set; }

    protected override void Add() => Program.AddPacketVariable(
        RequireFree(Name), Offset, Type, Bit,
        BitCount == 0 && MyInvocation.BoundParameters.ContainsKey(nameof(Bit)) ? 1 : BitCount);
}
