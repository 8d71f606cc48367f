namespace EbpfCat.Language;

/// <summary>
/// The text or bytes at an address, of the process or of the kernel; zeros where there is nothing to read.
/// </summary>
/// <param name="pointer">The address. A text of the event stands for the address that it is read from.</param>
/// <param name="type">A <see cref="StringType"/> or <see cref="BytesType"/>: its size is the most that is read.</param>
/// <param name="length">
/// The number of bytes, if it is less than the type holds; a constant says that the type holds just as many. Null for a
/// text that ends with a NUL.
/// </param>
public sealed class MemoryReadExpression(Expression pointer, EbpfType type, Expression? length = null) : Expression
{
    /// <summary>The address.</summary>
    public Expression Pointer { get; } = pointer;

    /// <summary>The type of the result.</summary>
    public EbpfType Type { get; } = type is StringType or BytesType
        ? type : throw new ArgumentException("Only texts and bytes are read so.", nameof(type));

    /// <summary>The number of bytes.</summary>
    public Expression? Length { get; } = length;
}
