namespace EbpfCat.Bytecode;

/// <summary>
/// The atomic operations, as the immediate of an atomic instruction (RFC 9669, section 5.3; include/uapi/linux/bpf.h).
/// All but the plain addition need Linux 5.12; the last two need Linux 6.15.
/// </summary>
public enum AtomicOperation
{
    /// <summary>Adds the source to memory.</summary>
    Add = 0x00,
    /// <summary>Ors the source into memory.</summary>
    Or = 0x40,
    /// <summary>Ands the source into memory.</summary>
    And = 0x50,
    /// <summary>Exclusively ors the source into memory.</summary>
    Xor = 0xa0,
    /// <summary>Adds the source to memory; the source becomes the old value, as in all that fetch.</summary>
    FetchAdd = 0x01,
    /// <summary>Ors the source into memory and fetches the old value.</summary>
    FetchOr = 0x41,
    /// <summary>Ands the source into memory and fetches the old value.</summary>
    FetchAnd = 0x51,
    /// <summary>Exclusively ors the source into memory and fetches the old value.</summary>
    FetchXor = 0xa1,
    /// <summary>Exchanges the source and memory.</summary>
    Exchange = 0xe1,
    /// <summary>Stores the source if memory equals R0; R0 becomes the old value either way.</summary>
    CompareExchange = 0xf1,
    /// <summary>Loads from source plus offset; nothing after it is seen before it.</summary>
    LoadAcquire = 0x100,
    /// <summary>Stores at destination plus offset; nothing before it is seen after it.</summary>
    StoreRelease = 0x110,
}
