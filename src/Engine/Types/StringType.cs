namespace EbpfCat.Types;

/// <summary>
/// Text in a fixed number of bytes, as C's <c>char[16]</c> holds it: UTF-8 up to a NUL, and zeros after it. Outside it
/// is a <see cref="string"/>.
/// </summary>
public sealed class StringType : EbpfType
{
    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Text of a capacity in bytes, the NUL included.</summary>
    /// <param name="capacity">The size in bytes, including the NUL: at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for the NUL.</exception>
    public StringType(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
    }

    /// <summary>The size in bytes, including the NUL.</summary>
    public int Capacity { get; }

    public override string Name => $"string[{Capacity}]";

    public override int Size => Capacity;

    public override int Alignment => 1;

    public override bool Equals(EbpfType? other) => other is StringType text && text.Capacity == Capacity;

    public override int GetHashCode() => HashCode.Combine(nameof(StringType), Capacity);

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes)
    {
        // The kernel fills some arrays to the last byte, without a NUL.
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        string text = value switch
        {
            string whole => whole,
            char character => character.ToString(),
            _ => throw TypeConversionException.Refuse(value, this, "it takes text"),
        };
        if (text.Contains('\0')) throw TypeConversionException.Refuse(value, this, "a NUL inside would end the text");
        int length;
        try
        {
            length = Strict.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            throw TypeConversionException.Refuse(value, this, "half of a surrogate pair has no UTF-8");
        }

        if (length >= Capacity)
        {
            throw TypeConversionException.Refuse(
                value, this, $"it has room for {Capacity - 1} bytes and the NUL, and the text takes {length} in UTF-8");
        }

        Strict.GetBytes(text, bytes);
        bytes[length..].Clear();
    }
}
