namespace EbpfCat.Commands;

/// <summary>An instruction of a program, for people to read.</summary>
/// <param name="Slot">The position in slots of eight bytes from the program's start, the unit of jumps.</param>
/// <param name="Text">The instruction in the notation of the kernel's verifier.</param>
/// <param name="Instruction">The instruction itself.</param>
/// <param name="Source">The place in the script that it comes from; null where that is not known.</param>
public sealed record ProgramInstruction(int Slot, string Text, Instruction Instruction, SourceSpan? Source)
{
    /// <summary>The line of the script that it comes from, without its indentation.</summary>
    public string SourceLine => Source?.LineText.Trim() ?? "";

    /// <summary>The text.</summary>
    public override string ToString() => Text;
}
