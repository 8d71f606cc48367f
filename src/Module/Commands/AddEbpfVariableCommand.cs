namespace EbpfCat.Commands;

/// <summary>Declares a variable that a program shares with user space.</summary>
[Cmdlet(VerbsCommon.Add, "EbpfVariable")]
[OutputType(typeof(ProgramDefinition))]
public sealed class AddEbpfVariableCommand : DefinitionCommand
{
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = null!;

    [Parameter(Mandatory = true, Position = 1)]
    [KernelType]
    [ArgumentCompleter(typeof(KernelTypeCompleter))]
    public EbpfType Type { get; set; } = null!;

    [Parameter]
    public VariableStorage Storage { get; set; }

    [Parameter]
    public object? InitialValue { get; set; }

    protected override void Add()
    {
        var initial = SessionValue.Unwrap(InitialValue);
        // A value that does not fit is this line's mistake, not that of the line that loads the program.
        if (initial is not null) _ = Type.ToBytes(initial);
        Program.AddVariable(Name, Type, Storage, initial);
    }
}
