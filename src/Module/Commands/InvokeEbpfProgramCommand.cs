namespace EbpfCat.Commands;

/// <summary>Runs a program in the kernel on a packet, without attaching it.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "EbpfProgram")]
[OutputType(typeof(ProgramRun))]
public sealed class InvokeEbpfProgramCommand : EbpfCommand
{
    [Parameter(Mandatory = true, ValueFromPipeline = true), ValidateNotNull]
    public PSObject Program { get; set; } = null!;

    [Parameter(Position = 0), ValidateNotNull]
    public byte[] Packet { get; set; } = [];

    [Parameter, ValidateRange(1, int.MaxValue)]
    public int Repeat { get; set; } = 1;

    protected override object? ErrorTarget => Program.BaseObject;

    protected override void Process()
    {
        if (Loading.Find(Program.BaseObject) is { } loaded)
        {
            WriteObject(loaded.TestRun(Packet, Repeat));
            return;
        }

        var definition = ((ProgramDefinition)Program.BaseObject).Copy();
        definition.MaximumPacketSize = Math.Max(definition.MaximumPacketSize, Packet.Length);
        using var program = ReportLoaded(EbpfProgram.Load(definition));
        WriteObject(program.TestRun(Packet, Repeat));
    }
}
