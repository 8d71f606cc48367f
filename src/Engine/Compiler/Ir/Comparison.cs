namespace EbpfCat.Compiler;

/// <summary>The comparison of a branch.</summary>
internal enum Comparison : byte
{
    Equal, NotEqual,
    UnsignedLess, UnsignedLessOrEqual, UnsignedGreater, UnsignedGreaterOrEqual,
    SignedLess, SignedLessOrEqual, SignedGreater, SignedGreaterOrEqual,
    /// <summary>Left and right have a bit in common.</summary>
    AnyBit,
    /// <summary>Left and right have no bit in common. There is no such instruction: selection negates it.</summary>
    NoBit,
    /// <summary>The packet has (left: a pointer into it) at least (right: a constant) bytes from there.</summary>
    PacketHas,
    /// <summary>The inverse of the above.</summary>
    PacketLacks,
}
