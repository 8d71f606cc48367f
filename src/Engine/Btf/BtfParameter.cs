namespace EbpfCat.Btf;

/// <summary>A parameter of a function.</summary>
/// <param name="Name">Its name; empty in most pointers to functions.</param>
/// <param name="Type">Its type; of kind void for the dots of a variadic function.</param>
public readonly record struct BtfParameter(string Name, BtfType Type);
