namespace EbpfCat.Btf;

/// <summary>A source line, and the first instruction from it (<c>struct bpf_line_info</c>, Linux 5.0).</summary>
/// <param name="Slot">The offset of that instruction from the start of the program, in slots of 8 bytes.</param>
/// <param name="Line">The number of the line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
public sealed record BtfLine(int Slot, string File, string Text, int Line, int Column);
