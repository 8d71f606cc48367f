namespace EbpfCat.Commands;

/// <summary>Adds a kernel script to a program, after those it has already.</summary>
[Cmdlet(VerbsCommon.Add, "EbpfCode")]
[OutputType(typeof(ProgramDefinition))]
public sealed class AddEbpfCodeCommand : DefinitionCommand
{
    [Parameter(Mandatory = true, Position = 0), ValidateNotNull]
    public ScriptBlock Code { get; set; } = null!;

    [Parameter, ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    protected override void Add()
    {
        if (Name is not null)
        {
            RequireFree(Name);
            Program.AddPart(Name);
        }

        this.Compile(Code, Program, Name);
    }
}
