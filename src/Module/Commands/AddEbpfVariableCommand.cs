namespace EbpfCat.Commands;

/// <summary>Declares a variable that a program shares with user space.</summary>
[Cmdlet(VerbsCommon.Add, "EbpfVariable")]
[OutputType(typeof(ProgramDefinition))]
public sealed class AddEbpfVariableCommand : DefinitionCommand
{
    [Parameter(Mandatory = true, Position = 0), ValidateNotNullOrEmpty]
    public string Name { get; set; } = null!;

    [Parameter(Mandatory = true, Position = 1), KernelType, ArgumentCompleter(typeof(KernelTypeCompleter))]
    public EbpfType Type { get; set; } = null!;

    [Parameter]
    public VariableStorage Storage { get; set; }

    [Parameter]
    public object? InitialValue { get; set; }

    protected override void Add() =>
        Program.AddVariable(RequireFree(Name), Type, Storage, SessionValue.Unwrap(InitialValue));
}
