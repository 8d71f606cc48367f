namespace EbpfCat.Compiler;

/// <summary>Properties of comparisons.</summary>
internal static class Comparisons
{
    /// <summary>The negated comparison.</summary>
    public static Comparison Invert(this Comparison c) => c switch
    {
        Comparison.Equal => Comparison.NotEqual,
        Comparison.NotEqual => Comparison.Equal,
        Comparison.UnsignedLess => Comparison.UnsignedGreaterOrEqual,
        Comparison.UnsignedLessOrEqual => Comparison.UnsignedGreater,
        Comparison.UnsignedGreater => Comparison.UnsignedLessOrEqual,
        Comparison.UnsignedGreaterOrEqual => Comparison.UnsignedLess,
        Comparison.SignedLess => Comparison.SignedGreaterOrEqual,
        Comparison.SignedLessOrEqual => Comparison.SignedGreater,
        Comparison.SignedGreater => Comparison.SignedLessOrEqual,
        Comparison.SignedGreaterOrEqual => Comparison.SignedLess,
        Comparison.AnyBit => Comparison.NoBit,
        Comparison.NoBit => Comparison.AnyBit,
        Comparison.PacketHas => Comparison.PacketLacks,
        _ => Comparison.PacketHas,
    };

    /// <summary>The equivalent comparison with exchanged operands.</summary>
    public static Comparison Exchange(this Comparison c) => c switch
    {
        Comparison.UnsignedLess => Comparison.UnsignedGreater,
        Comparison.UnsignedLessOrEqual => Comparison.UnsignedGreaterOrEqual,
        Comparison.UnsignedGreater => Comparison.UnsignedLess,
        Comparison.UnsignedGreaterOrEqual => Comparison.UnsignedLessOrEqual,
        Comparison.SignedLess => Comparison.SignedGreater,
        Comparison.SignedLessOrEqual => Comparison.SignedGreaterOrEqual,
        Comparison.SignedGreater => Comparison.SignedLess,
        Comparison.SignedGreaterOrEqual => Comparison.SignedLessOrEqual,
        _ => c,
    };

    public static bool IsSigned(this Comparison c) =>
        c is >= Comparison.SignedLess and <= Comparison.SignedGreaterOrEqual;

    /// <summary>The unsigned comparison that is equivalent for numbers that are not negative.</summary>
    public static Comparison ToUnsigned(this Comparison c) => c - Comparison.SignedLess + Comparison.UnsignedLess;

    public static bool IsPacketCheck(this Comparison c) => c >= Comparison.PacketHas;

    /// <summary>The result for two constants.</summary>
    public static bool Evaluate(this Comparison c, long a, long b) => c switch
    {
        Comparison.Equal => a == b,
        Comparison.NotEqual => a != b,
        Comparison.UnsignedLess => (ulong)a < (ulong)b,
        Comparison.UnsignedLessOrEqual => (ulong)a <= (ulong)b,
        Comparison.UnsignedGreater => (ulong)a > (ulong)b,
        Comparison.UnsignedGreaterOrEqual => (ulong)a >= (ulong)b,
        Comparison.SignedLess => a < b,
        Comparison.SignedLessOrEqual => a <= b,
        Comparison.SignedGreater => a > b,
        Comparison.SignedGreaterOrEqual => a >= b,
        Comparison.AnyBit => (a & b) != 0,
        Comparison.NoBit => (a & b) == 0,
        _ => throw new InvalidOperationException("A packet check has no answer for constants."),
    };
}
