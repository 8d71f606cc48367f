using EbpfCat.Compiler;

namespace EbpfCat.Commands;

/// <summary>Shows the instructions of a program.</summary>
[Cmdlet(VerbsCommon.Get, "EbpfInstruction")]
[OutputType(typeof(ProgramInstruction), typeof(byte[]))]
public sealed class GetEbpfInstructionCommand : EbpfCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true), ValidateNotNull]
    public PSObject Program { get; set; } = null!;

    [Parameter]
    public SwitchParameter Translated { get; set; }

    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    protected override object? ErrorTarget => Program.BaseObject;

    protected override void Process()
    {
        var loaded = Loading.Find(Program.BaseObject);
        if (loaded is null && Translated)
        {
            throw new ArgumentException(
                "A definition is not in the kernel yet: load it first, with Import-EbpfProgram.");
        }

        if (loaded is { Compiled: null } || Translated)
        {
            Write(loaded!.ReadTranslatedInstructions(), []);
        }
        else
        {
            var compiled = loaded?.Compiled ?? EbpfProgram.Compile((ProgramDefinition)Program.BaseObject);
            Write(compiled.Instructions, compiled.Lines);
        }
    }

    private void Write(IReadOnlyList<Instruction> instructions, IReadOnlyList<SourceLine> lines)
    {
        if (AsByteStream)
        {
            WriteObject(InstructionEncoder.Encode([.. instructions]));
            return;
        }

        var (slot, line) = (0, -1);
        foreach (var instruction in instructions)
        {
            while (line + 1 < lines.Count && lines[line + 1].Slot <= slot) line++;
            var source = line >= 0 ? lines[line].Source : null;
            WriteObject(new ProgramInstruction(slot, instruction.ToString(), instruction, source));
            slot += instruction.SlotCount;
        }
    }
}
