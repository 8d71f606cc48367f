namespace EbpfCat.Btf;

/// <summary>The kinds of BTF types (include/uapi/linux/btf.h).</summary>
public enum BtfKind
{
    /// <summary>Nothing: what a pointer to anything points to, and what a function without result returns.</summary>
    Void,
    /// <summary>An integer.</summary>
    Int,
    /// <summary>A pointer.</summary>
    Pointer,
    /// <summary>An array.</summary>
    Array,
    /// <summary>A struct.</summary>
    Struct,
    /// <summary>A union.</summary>
    Union,
    /// <summary>An enumeration of values up to 32 bits.</summary>
    Enum,
    /// <summary>A struct or union that is declared only.</summary>
    Forward,
    /// <summary>Another name for a type.</summary>
    Typedef,
    /// <summary>A volatile type.</summary>
    Volatile,
    /// <summary>A constant type.</summary>
    Const,
    /// <summary>A restricted pointer.</summary>
    Restrict,
    /// <summary>A function: a name for a prototype.</summary>
    Function,
    /// <summary>Parameters and result of a function.</summary>
    Prototype,
    /// <summary>A global variable.</summary>
    Variable,
    /// <summary>A section of global variables.</summary>
    Section,
    /// <summary>A floating-point number.</summary>
    Float,
    /// <summary>A remark on a declaration.</summary>
    DeclarationTag,
    /// <summary>A remark on a type.</summary>
    TypeTag,
    /// <summary>An enumeration of 64-bit values.</summary>
    Enum64,
}
