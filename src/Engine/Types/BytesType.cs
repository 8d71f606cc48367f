using System.Collections;

namespace EbpfCat.Types;

/// <summary>
/// Bytes without further meaning. The .NET value is a <see cref="byte"/> array; writing takes any sequence of the
/// same number of integers from 0 to 255.
/// </summary>
public sealed class BytesType : EbpfType
{
    /// <summary>Bytes of a length.</summary>
    /// <param name="length">The number of bytes; 0 for a C array whose length the type does not know.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public BytesType(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
    }

    /// <summary>The number of bytes.</summary>
    public int Length { get; }

    public override string Name => $"byte[{Length}]";

    public override int Size => Length;

    public override int Alignment => 1;

    public override bool Equals(EbpfType? other) => other is BytesType bytes && bytes.Length == Length;

    public override int GetHashCode() => HashCode.Combine(nameof(BytesType), Length);

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes) => bytes.ToArray();

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        switch (value)
        {
            case byte[] array:
                Copy(array, value, bytes);
                break;
            case ReadOnlyMemory<byte> memory:
                Copy(memory.Span, value, bytes);
                break;
            case Memory<byte> memory:
                Copy(memory.Span, value, bytes);
                break;
            case IEnumerable sequence and not string and not IDictionary:
                ArrayType.WriteElements(sequence, this, ScalarType.UInt8, Length, bytes);
                break;
            default: throw TypeConversionException.Refuse(value, this, $"it takes {Length} bytes");
        }
    }

    private void Copy(ReadOnlySpan<byte> source, object value, Span<byte> bytes)
    {
        if (source.Length != Length) throw ArrayType.WrongCount(value, this, Length, source.Length);
        source.CopyTo(bytes);
    }
}
