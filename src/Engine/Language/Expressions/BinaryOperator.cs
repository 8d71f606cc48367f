namespace EbpfCat.Language;

/// <summary>
/// The operators of two operands. Integer arithmetic is done in 64 bits: signed if either operand is, unsigned
/// else (a constant that is not negative takes the sign of the other operand); storing wraps to the target's width.
/// If either operand is fixed-point, so is the result.
/// </summary>
public enum BinaryOperator
{
    /// <summary>The sum.</summary>
    Add,
    /// <summary>The difference.</summary>
    Subtract,
    /// <summary>The product.</summary>
    Multiply,
    /// <summary>The quotient as a fixed-point number, cut off after five places; 0 if the divisor is 0.</summary>
    Divide,
    /// <summary>The quotient as an integer, rounded down; 0 if the divisor is 0.</summary>
    FloorDivide,
    /// <summary>The quotient as an integer, rounded towards 0; 0 if the divisor is 0.</summary>
    TruncateDivide,
    /// <summary>The quotient as an integer, rounded up; 0 if the divisor is 0.</summary>
    CeilingDivide,
    /// <summary>The quotient as the nearest integer, a half to the even one; 0 if the divisor is 0.</summary>
    RoundDivide,
    /// <summary>The remainder, with the sign of the dividend; the dividend if the divisor is 0.</summary>
    Remainder,
    /// <summary>Bitwise and.</summary>
    BitAnd,
    /// <summary>Bitwise or.</summary>
    BitOr,
    /// <summary>Bitwise exclusive or.</summary>
    BitXor,
    /// <summary>Shift left; the count is taken modulo 64.</summary>
    ShiftLeft,
    /// <summary>Shift right, keeping the sign of a signed left operand; the count is taken modulo 64.</summary>
    ShiftRight,
    /// <summary>Equality; strings compare without regard to ASCII case.</summary>
    Equal,
    /// <summary>Inequality; strings compare without regard to ASCII case.</summary>
    NotEqual,
    /// <summary>Less than.</summary>
    Less,
    /// <summary>Less than or equal.</summary>
    LessOrEqual,
    /// <summary>Greater than.</summary>
    Greater,
    /// <summary>Greater than or equal.</summary>
    GreaterOrEqual,
    /// <summary>Equality of strings, case counting.</summary>
    CaseSensitiveEqual,
    /// <summary>Inequality of strings, case counting.</summary>
    CaseSensitiveNotEqual,
    /// <summary>Whether the left string begins with the right constant, without regard to ASCII case.</summary>
    StartsWith,
    /// <summary>Whether the left string begins with the right constant, case counting.</summary>
    CaseSensitiveStartsWith,
    /// <summary>
    /// Whether the left is an element of the right array; of any other value, whether they are equal.
    /// </summary>
    ElementOf,
    /// <summary>Both are true; the right side is computed only if the left one is true.</summary>
    LogicalAnd,
    /// <summary>At least one is true; the right side is computed only if the left one is false.</summary>
    LogicalOr,
    /// <summary>Exactly one is true.</summary>
    LogicalXor,
    /// <summary>The smaller of two numbers.</summary>
    Minimum,
    /// <summary>The larger of two numbers.</summary>
    Maximum,
}
