namespace EbpfCat.Bytecode;

/// <summary>The kind of result of a helper, in R0.</summary>
public enum HelperResult
{
    /// <summary>Nothing.</summary>
    Void,
    /// <summary>A signed number of 32 bits, in most cases 0 or a negative errno.</summary>
    Int32,
    /// <summary>An unsigned number of 32 bits.</summary>
    UInt32,
    /// <summary>A signed number of 64 bits, in most cases 0 or a negative errno.</summary>
    Int64,
    /// <summary>An unsigned number of 64 bits.</summary>
    UInt64,
    /// <summary>An address.</summary>
    Pointer,
    /// <summary>An address or null: the verifier wants it checked before it is used.</summary>
    PointerOrNull,
}
