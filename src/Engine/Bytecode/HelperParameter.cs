namespace EbpfCat.Bytecode;

/// <summary>A parameter of a helper.</summary>
/// <param name="Name">The parameter's name in the kernel's documentation.</param>
/// <param name="Kind">The kind of the argument.</param>
public readonly record struct HelperParameter(string Name, HelperParameterKind Kind);
