namespace EbpfCat.Commands;

/// <summary>The base of commands that add to a program, which they take from the pipeline and pass on.</summary>
public abstract class DefinitionCommand : EbpfCommand
{
    [Parameter(Mandatory = true, ValueFromPipeline = true), ValidateNotNull]
    public ProgramDefinition Program { get; set; } = null!;

    protected sealed override bool EndsOnError => true;

    protected sealed override object? ErrorTarget => Program;

    /// <summary>Adds to the program.</summary>
    protected abstract void Add();

    /// <summary>Refuses a name that has a meaning of its own in kernel scripts.</summary>
    private protected static string RequireFree(string name)
    {
        var first = name.Split('.')[0];
        return !NameTranslator.IsOfLanguage(first)
            ? name
            : throw new CompileException(DiagnosticIds.InvalidName,
                $"${first} has a meaning of its own in kernel scripts.", null, "Choose another name.");
    }

    protected sealed override void Process()
    {
        Add();
        WriteObject(Program);
    }
}
