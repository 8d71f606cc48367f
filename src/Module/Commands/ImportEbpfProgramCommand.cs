using System.Management.Automation;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Commands;

/// <summary>Compiles a program and loads it into the kernel.</summary>
[Cmdlet(VerbsData.Import, "EbpfProgram", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(LoadedProgram))]
public sealed class ImportEbpfProgramCommand : EbpfCommand
{
    /// <summary>The program to load.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ProgramDefinition Program { get; set; } = null!;

    /// <inheritdoc/>
    protected override bool EndsOnError => true;

    /// <inheritdoc/>
    protected override object? ErrorTarget => Program;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ShouldProcess($"program '{Program.Name}' ({Program.Type})", "Load into the kernel"))
            WriteObject(Loading.Load(Program));
    }
}
