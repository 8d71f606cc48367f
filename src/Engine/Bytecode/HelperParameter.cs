namespace EbpfCat.Bytecode;

/// <summary>A parameter of a helper.</summary>
/// <param name="Name">The parameter's name in the kernel's documentation.</param>
/// <param name="Kind">What the helper takes as its argument.</param>
public readonly record struct HelperParameter(string Name, HelperParameterKind Kind);
