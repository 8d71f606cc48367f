namespace EbpfCat.Bytecode;

/// <summary>How much of the registers an arithmetic operation or a comparison looks at.</summary>
public enum Width
{
    /// <summary>The low 32 bits. An arithmetic result is zero-extended to 64 bits.</summary>
    W32,
    /// <summary>All 64 bits.</summary>
    W64,
}
