namespace EbpfCat.Btf;

/// <summary>Which line of the source an instruction comes from (<c>struct bpf_line_info</c>, Linux 5.0).</summary>
/// <param name="Slot">The first instruction of the line, in slots from the start of the program.</param>
/// <param name="File">The name of the source file.</param>
/// <param name="Text">The line itself.</param>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Column">The column, from 1.</param>
public sealed record BtfLine(int Slot, string File, string Text, int Line, int Column);
