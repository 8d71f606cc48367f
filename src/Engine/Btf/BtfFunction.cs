namespace EbpfCat.Btf;

/// <summary>The start of a function of a program (<c>struct bpf_func_info</c>, Linux 5.0).</summary>
/// <param name="Slot">Its first instruction, in slots from the start of the program.</param>
/// <param name="Type">The function's type, of kind function.</param>
public readonly record struct BtfFunction(int Slot, BtfType Type);
