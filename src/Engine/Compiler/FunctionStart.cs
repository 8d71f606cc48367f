namespace EbpfCat.Compiler;

/// <summary>The start of a function.</summary>
/// <param name="Slot">Its first slot.</param>
/// <param name="Name">Its name as written; the main program has the program's name.</param>
/// <param name="ParameterCount">The number of arguments in registers; the main program has one, its context.</param>
public sealed record FunctionStart(int Slot, string Name, int ParameterCount);
