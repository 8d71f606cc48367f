namespace EbpfCat.Commands;

/// <summary>Compiles a program and loads it into the kernel.</summary>
[Cmdlet(VerbsData.Import, "EbpfProgram", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(LoadedProgram))]
public sealed class ImportEbpfProgramCommand : EbpfCommand
{
    // Enough for a kernel to refuse a larger one, and a multiple of what any program needs.
    private const int LargestLog = 1 << 28;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true), ValidateNotNull]
    public ProgramDefinition Program { get; set; } = null!;

    [Parameter, ValidateRange(0, 7)]
    public int LogLevel { get; set; }

    [Parameter, ValidateRange(128, LargestLog)]
    public int LogSize { get; set; }

    protected override bool EndsOnError => true;

    protected override object? ErrorTarget => Program;

    protected override void Process()
    {
        if (!ShouldProcess($"program '{Program.Name}' ({Program.Type})", "Load into the kernel")) return;
        var level = LogLevel == 0 && LogSize > 0 ? 2 : LogLevel;
        var program = EbpfProgram.Load(Program, new LoadOptions { LogLevel = (uint)level, LogSize = LogSize });
        if (program.Log is { } log) WriteVerbose(log);
        WriteObject(ReportLoaded(program));
    }
}
