namespace EbpfCat.Language;

/// <summary>The operators of one operand.</summary>
public enum UnaryOperator
{
    /// <summary>The number with the other sign; the result is signed.</summary>
    Negate,
    /// <summary>Every bit inverted, in 64 bits.</summary>
    BitNot,
    /// <summary>True if the operand is false or zero.</summary>
    LogicalNot,
    /// <summary>The number without its sign.</summary>
    Absolute,
    /// <summary>A fixed-point number rounded down to an integer.</summary>
    Floor,
    /// <summary>A fixed-point number cut off to an integer.</summary>
    Truncate,
    /// <summary>A fixed-point number rounded up to an integer.</summary>
    Ceiling,
    /// <summary>A fixed-point number rounded to the nearest integer, a half to the even one.</summary>
    Round,
    /// <summary>The bytes of an integer in reverse order, by the width of its type; the type stays.</summary>
    ReverseBytes,
}
