namespace EbpfCat.Types;

/// <summary>The order in which the bytes of a number lie in memory.</summary>
public enum ByteOrder
{
    /// <summary>The processor's own order: little-endian on x86-64 and on arm64 as Linux runs it.</summary>
    Native,
    /// <summary>Least significant byte first.</summary>
    LittleEndian,
    /// <summary>Most significant byte first: the network's order.</summary>
    BigEndian,
}
