using System.Management.Automation;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Commands;

/// <summary>Compiles a program and loads it into the kernel.</summary>
[Cmdlet(VerbsData.Import, "EbpfProgram", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(LoadedProgram))]
public sealed class ImportEbpfProgramCommand : EbpfCommand
{
    // Enough for a kernel to refuse a larger one, and a multiple of what any program needs.
    private const int LargestLog = 1 << 28;

    /// <summary>The program to load.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ProgramDefinition Program { get; set; } = null!;

    /// <summary>
    /// What of the verifier's log to keep of a program it accepts: 1 a summary, 2 every step, 4 statistics.
    /// </summary>
    [Parameter]
    [ValidateRange(0, 7)]
    public int LogLevel { get; set; }

    /// <summary>How many bytes of the log to keep at most.</summary>
    [Parameter]
    [ValidateRange(128, LargestLog)]
    public int LogSize { get; set; }

    /// <inheritdoc/>
    protected override bool EndsOnError => true;

    /// <inheritdoc/>
    protected override object? ErrorTarget => Program;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (!ShouldProcess($"program '{Program.Name}' ({Program.Type})", "Load into the kernel")) return;
        var level = LogLevel == 0 && LogSize > 0 ? 2 : LogLevel;
        var program = EbpfProgram.Load(Program, new LoadOptions { LogLevel = (uint)level, LogSize = LogSize });
        if (program.Log is { } log) WriteVerbose(log);
        WriteObject(program);
    }
}
