namespace EbpfCat.Commands;

/// <summary>What the commands that add to a program share: they take it from the pipeline and pass it on.</summary>
public abstract class DefinitionCommand : EbpfCommand
{
    [Parameter(Mandatory = true, ValueFromPipeline = true), ValidateNotNull]
    public ProgramDefinition Program { get; set; } = null!;

    protected sealed override bool EndsOnError => true;

    protected sealed override object? ErrorTarget => Program;

    /// <summary>Adds to the program.</summary>
    protected abstract void Add();

    protected sealed override void Process()
    {
        Add();
        WriteObject(Program);
    }
}
