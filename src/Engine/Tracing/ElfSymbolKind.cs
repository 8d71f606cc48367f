namespace EbpfCat.Tracing;

/// <summary>The kind of an ELF symbol: the low half of <c>st_info</c> of elf(5).</summary>
public enum ElfSymbolKind
{
    /// <summary>The file does not say.</summary>
    None = 0,
    /// <summary>Data.</summary>
    Object = 1,
    /// <summary>Code.</summary>
    Function = 2,
    /// <summary>A section.</summary>
    Section = 3,
    /// <summary>A source file.</summary>
    File = 4,
    /// <summary>Data not yet placed.</summary>
    Common = 5,
    /// <summary>Thread-local data.</summary>
    ThreadLocal = 6,
    /// <summary>Code that chooses the implementation of a function at load time (STT_GNU_IFUNC).</summary>
    IndirectFunction = 10,
}
