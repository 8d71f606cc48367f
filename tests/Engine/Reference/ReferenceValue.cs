using EbpfCat.Types;

namespace EbpfCat.Tests.Reference;

/// <summary>A value of the language: a number in the range of its type, or the bytes of anything else.</summary>
internal readonly struct ReferenceValue
{
    private ReferenceValue(EbpfType type, Int128 number, byte[]? bytes) =>
        (Type, Number, Bytes) = (type, number, bytes);

    /// <summary>Its type.</summary>
    public EbpfType Type { get; }

    /// <summary>
    /// The number; for fixed-point in units of 1/<see cref="ScalarType.FixedScale"/>, for a Boolean 0 or 1.
    /// </summary>
    public Int128 Number { get; }

    /// <summary>The bytes of a value that is not a number.</summary>
    public byte[]? Bytes { get; }

    /// <summary>Whether it is a number or a Boolean.</summary>
    public bool IsNumber => Bytes is null;

    /// <summary>Whether it is fixed-point.</summary>
    public bool IsFixed => Type is ScalarType { IsFixed: true };

    /// <summary>A number, wrapped to its type.</summary>
    public static ReferenceValue Of(ScalarType type, Int128 number) => new(type, Wrap(number, type), null);

    /// <summary>A Boolean.</summary>
    public static ReferenceValue Of(bool truth) => new(ScalarType.Boolean, truth ? 1 : 0, null);

    /// <summary>Bytes.</summary>
    public static ReferenceValue Of(EbpfType type, byte[] bytes) => new(type, 0, bytes);

    /// <summary>The initial value of a type.</summary>
    public static ReferenceValue Zero(EbpfType type) =>
        type is ScalarType scalar ? Of(scalar, 0) : Of(type, new byte[type.Size]);

    /// <summary>The value in bytes.</summary>
    public static ReferenceValue Read(EbpfType type, ReadOnlySpan<byte> bytes)
    {
        if (type is not ScalarType scalar) return Of(type, bytes[..type.Size].ToArray());
        UInt128 number = 0;
        for (var i = 0; i < scalar.Size; i++)
        {
            var at = scalar.ByteOrder == ByteOrder.BigEndian ? i : scalar.Size - 1 - i;
            number = (number << 8) | bytes[at];
        }

        return Of(scalar, (Int128)(number >> scalar.BitOffset));
    }

    /// <summary>Writes the value to the bytes of its type.</summary>
    public void Write(Span<byte> bytes)
    {
        if (Bytes is not null)
        {
            Bytes.CopyTo(bytes);
            return;
        }

        var scalar = (ScalarType)Type;
        var number = Number;
        if (scalar.BitCount > 0)
        {
            var whole = Read(ScalarType.Integer(scalar.Bits, false, scalar.ByteOrder), bytes);
            number = new BitField(scalar.BitOffset, scalar.BitCount, 0).Insert(whole, this).Number;
        }

        for (var i = 0; i < scalar.Size; i++)
        {
            var shift = 8 * (scalar.ByteOrder == ByteOrder.BigEndian ? scalar.Size - 1 - i : i);
            bytes[i] = (byte)((number >> shift) & 0xff);
        }
    }

    /// <summary>The value as bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Type.Size];
        Write(bytes);
        return bytes;
    }

    /// <summary>The number in the low bits of the type's width; for a Boolean, any number but 0 is true.</summary>
    public static Int128 Wrap(Int128 number, ScalarType type)
    {
        var width = type.BitCount == 0 ? type.Bits : type.BitCount;
        var low = number & ((Int128.One << width) - 1);
        if (type.IsBoolean) return (type.BitCount == 0 ? number : low) == 0 ? 0 : 1;
        return type.IsSigned && low >> (width - 1) != 0 ? low - (Int128.One << width) : low;
    }

    /// <summary>The value in the test's output.</summary>
    public override string ToString() => Bytes is not null
        ? $"{Type.Name} {Convert.ToHexString(Bytes)}"
        : IsFixed ? $"{Type.Name} {(decimal)Number / ScalarType.FixedScale}" : $"{Type.Name} {Number}";
}
