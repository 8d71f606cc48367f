namespace EbpfCat.Commands;

/// <summary>A variable or map of a program, with what it holds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The variable's type; of a map the types of key and value.</param>
/// <param name="Value">The variable's value; of a map its entries.</param>
public sealed record SharedValue(string Name, string Type, object? Value);
