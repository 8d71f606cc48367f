namespace EbpfCat.Bytecode;

/// <summary>Writes instructions in the kernel verifier's notation (kernel/bpf/disasm.c).</summary>
public static partial class Disassembler
{
    /// <summary>One instruction.</summary>
    public static string Format(Instruction instruction) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{instruction.Opcode} {instruction.Destination} {instruction.Source} {instruction.Offset} {instruction.Immediate}");
}
