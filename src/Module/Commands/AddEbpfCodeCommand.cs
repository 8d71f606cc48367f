namespace EbpfCat.Commands;

/// <summary>Adds a kernel script to a program, after those it has already.</summary>
[Cmdlet(VerbsCommon.Add, "EbpfCode")]
[OutputType(typeof(ProgramDefinition))]
public sealed class AddEbpfCodeCommand : DefinitionCommand
{
    [Parameter(Mandatory = true, Position = 0), ValidateNotNull]
    public ScriptBlock Code { get; set; } = null!;

    protected override void Add() => this.Compile(Code, Program);
}
