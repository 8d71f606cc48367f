using System.Management.Automation;
using EbpfCat.Language;

namespace EbpfCat.Commands;

/// <summary>What the commands that add to a program share: they take it from the pipeline and pass it on.</summary>
public abstract class DefinitionCommand : EbpfCommand
{
    /// <summary>The program to add to.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ProgramDefinition Program { get; set; } = null!;

    /// <inheritdoc/>
    protected sealed override bool EndsOnError => true;

    /// <inheritdoc/>
    protected sealed override object? ErrorTarget => Program;

    /// <summary>Adds to the program.</summary>
    protected abstract void Add();

    /// <inheritdoc/>
    protected sealed override void Process()
    {
        Add();
        WriteObject(Program);
    }
}
