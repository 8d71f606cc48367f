using System.Management.Automation;
using EbpfCat.Language;

namespace EbpfCat.Commands;

/// <summary>Adds a kernel script to a program, after those it has already.</summary>
[Cmdlet(VerbsCommon.Add, "EbpfCode")]
[OutputType(typeof(ProgramDefinition))]
public sealed class AddEbpfCodeCommand : DefinitionCommand
{
    /// <summary>The kernel script. PowerShell never runs it: it is compiled to eBPF.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNull]
    public ScriptBlock Code { get; set; } = null!;

    /// <inheritdoc/>
    protected override void Add() => this.Compile(Code, Program);
}
