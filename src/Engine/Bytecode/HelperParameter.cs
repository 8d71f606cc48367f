namespace EbpfCat.Bytecode;

/// <summary>An argument that a helper takes.</summary>
/// <param name="Name">Its name in the kernel's documentation.</param>
/// <param name="Kind">What it must be.</param>
public readonly record struct HelperParameter(string Name, HelperParameterKind Kind);
