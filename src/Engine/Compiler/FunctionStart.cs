namespace EbpfCat.Compiler;

/// <summary>Where a function starts.</summary>
/// <param name="Slot">Its first slot.</param>
/// <param name="Name">Its name as written; the main program has the program's name.</param>
/// <param name="ParameterCount">How many arguments it takes in registers; the main program takes its context.</param>
public sealed record FunctionStart(int Slot, string Name, int ParameterCount);
