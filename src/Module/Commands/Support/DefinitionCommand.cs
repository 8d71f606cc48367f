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

    /// <summary>
    /// Refuses a name that has a meaning of its own in kernel scripts, or that code added before uses for a local.
    /// </summary>
    private protected string RequireFree(string name)
    {
        var first = name.Split('.')[0];
        if (NameTranslator.IsOfLanguage(first))
        {
            throw new CompileException(DiagnosticIds.InvalidName,
                $"${first} has a meaning of its own in kernel scripts.", null, "Choose another name.");
        }

        var assignment = Program.FindAssignment(name);
        return assignment is null
            ? name
            : throw new CompileException(DiagnosticIds.DuplicateName,
                $"The code that was added before assigns ${name} as a local.", assignment.Source,
                "Declare variables and maps before the code that uses them.");
    }

    protected sealed override void Process()
    {
        Add();
        WriteObject(Program);
    }
}
