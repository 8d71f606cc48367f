using System.Collections;

namespace EbpfCat.Types;

/// <summary>
/// Values of one type, one after the other. The .NET value is an array of the .NET numbers where the elements are
/// numbers (<c>uint[]</c>), else an array of objects; writing takes any sequence of exactly as many elements.
/// </summary>
public sealed class ArrayType : EbpfType
{
    /// <summary>A number of values of a type.</summary>
    /// <param name="element">Their type.</param>
    /// <param name="count">How many; 0 for a C array whose length the type does not know.</param>
    /// <exception cref="ArgumentException">
    /// Its elements are bit fields, or nested <see cref="EbpfType.MaxDepth"/> deep.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative, or the array larger than 2 GiB.</exception>
    public ArrayType(EbpfType element, int count)
    {
        ArgumentNullException.ThrowIfNull(element);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if ((long)element.Size * count > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(
                nameof(count), count, $"{count} times {element.Name} do not fit in 2 GiB.");
        }

        if (element is ScalarType { BitCount: > 0 })
            throw new ArgumentException("The elements of an array are no bits.");
        if (element.Depth == MaxDepth) throw new ArgumentException(TooDeep);
        Element = element;
        Count = count;
    }

    /// <summary>An array of numbers; of bytes it is a <see cref="BytesType"/>.</summary>
    internal static EbpfType Of(ScalarType element, int count) =>
        element == ScalarType.UInt8 ? new BytesType(count) : new ArrayType(element, count);

    internal override int Depth => Element.Depth + 1;

    /// <summary>The type of the elements.</summary>
    public EbpfType Element { get; }

    /// <summary>The number of elements.</summary>
    public int Count { get; }

    /// <inheritdoc/>
    /// <remarks>A byte order comes last, so that the name can be read again: <c>uint16[4] (big-endian)</c>.</remarks>
    public override string Name => NameOf(Element, $"[{Count}]");

    public override int Size => Element.Size * Count;

    public override int Alignment => Element.Alignment;

    public override bool Equals(EbpfType? other) =>
        other is ArrayType array && array.Count == Count && array.Element == Element;

    public override int GetHashCode() => HashCode.Combine(nameof(ArrayType), Element, Count);

    internal static void WriteElements(IEnumerable values, EbpfType type, EbpfType element, int count, Span<byte> bytes)
    {
        int index = 0;
        foreach (object? value in values)
        {
            if (index < count) WriteElement(value, index, element, bytes[(index * element.Size)..]);
            index++;
        }

        if (index != count) throw WrongCount(values, type, count, index);
    }

    internal static TypeConversionException WrongCount(object value, EbpfType type, int expected, int given) =>
        TypeConversionException.Refuse(value, type, $"it takes {expected} elements, and {given} are given");

    private static void WriteElement(object? value, int index, EbpfType element, Span<byte> bytes)
    {
        try
        {
            element.Write(value, bytes);
        }
        catch (TypeConversionException error)
        {
            throw error.Within($"[{index}]");
        }
    }

    private static string NameOf(EbpfType element, string dimensions) => element switch
    {
        ArrayType array => NameOf(array.Element, $"[{array.Count}]{dimensions}"),
        ScalarType scalar => scalar.PlainName + dimensions + scalar.Name[scalar.PlainName.Length..],
        _ => element.Name + dimensions,
    };

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes)
    {
        if (Element is not ScalarType scalar) return ReadObjects(bytes);
        if (scalar.IsBoolean) return ReadEach(bytes, static (each, _) => each[0] != 0);
        if (scalar.IsFixed)
            return ReadEach(bytes, static (each, type) => (long)type.ReadBits(each) / (double)ScalarType.FixedScale);
        return (scalar.Bits, scalar.IsSigned) switch
        {
            (8, false) => bytes.ToArray(),
            (8, true) => MemoryMarshal.Cast<byte, sbyte>(bytes).ToArray(),
            (16, false) => Swap(MemoryMarshal.Cast<byte, ushort>(bytes).ToArray()),
            (16, true) => Swap(MemoryMarshal.Cast<byte, short>(bytes).ToArray()),
            (32, false) => Swap(MemoryMarshal.Cast<byte, uint>(bytes).ToArray()),
            (32, true) => Swap(MemoryMarshal.Cast<byte, int>(bytes).ToArray()),
            (_, false) => Swap(MemoryMarshal.Cast<byte, ulong>(bytes).ToArray()),
            _ => Swap(MemoryMarshal.Cast<byte, long>(bytes).ToArray()),
        };
    }

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        if (value is not IEnumerable values || value is string or IDictionary)
            throw TypeConversionException.Refuse(value, this, $"it takes {Count} elements");
        WriteElements(values, this, Element, Count, bytes);
    }

    private delegate T Reader<T>(ReadOnlySpan<byte> bytes, ScalarType type);

    private T[] ReadEach<T>(ReadOnlySpan<byte> bytes, Reader<T> read)
    {
        var type = (ScalarType)Element;
        var values = new T[Count];
        for (int i = 0; i < values.Length; i++) values[i] = read(bytes[(i * type.Size)..], type);
        return values;
    }

    private object?[] ReadObjects(ReadOnlySpan<byte> bytes)
    {
        var values = new object?[Count];
        for (int i = 0; i < values.Length; i++) values[i] = Element.Read(bytes[(i * Element.Size)..]);
        return values;
    }

    private T[] Swap<T>(T[] values) where T : unmanaged
    {
        if (!((ScalarType)Element).NeedsSwap) return values;
        Span<byte> bytes = MemoryMarshal.AsBytes(values.AsSpan());
        switch (Element.Size)
        {
            case 2:
                Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(halves, halves);
                break;
            case 4:
                Span<uint> words = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            default:
                Span<ulong> longs = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }

        return values;
    }
}
