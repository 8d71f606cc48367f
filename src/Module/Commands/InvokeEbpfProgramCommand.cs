using System.Management.Automation;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Commands;

/// <summary>Runs a program in the kernel on a packet, without attaching it.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "EbpfProgram")]
[OutputType(typeof(ProgramRun))]
public sealed class InvokeEbpfProgramCommand : EbpfCommand
{
    /// <summary>The program: a definition, which is loaded for the run; a loaded program; or an attachment.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject Program { get; set; } = null!;

    /// <summary>The packet, from its Ethernet header on.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNull]
    public byte[] Packet { get; set; } = [];

    /// <summary>How often to run the program.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Repeat { get; set; } = 1;

    /// <inheritdoc/>
    protected override object? ErrorTarget => Program.BaseObject;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (Loading.Find(Program.BaseObject) is { } loaded)
        {
            WriteObject(loaded.TestRun(Packet, Repeat));
            return;
        }

        using var program = EbpfProgram.Load((ProgramDefinition)Program.BaseObject);
        WriteObject(program.TestRun(Packet, Repeat));
    }
}
