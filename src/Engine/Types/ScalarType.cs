namespace EbpfCat.Types;

/// <summary>
/// A number of 8 to 64 bits: an integer, a truth value or a fixed-point number, in a byte order. The .NET value is the
/// .NET number of the same width and sign (<see cref="byte"/> to <see cref="ulong"/>), a <see cref="bool"/>, or for
/// fixed-point a <see cref="double"/>.
/// </summary>
public sealed class ScalarType : EbpfType
{
    /// <summary>A fixed-point number is a signed 64-bit integer in units of 1 / 100,000.</summary>
    public const int FixedScale = 100_000;

    /// <summary>An unsigned integer of 8 bits.</summary>
    public static readonly ScalarType UInt8 = new(8, Form.Unsigned, ByteOrder.Native);

    /// <summary>An unsigned integer of 16 bits.</summary>
    public static readonly ScalarType UInt16 = new(16, Form.Unsigned, ByteOrder.Native);

    /// <summary>An unsigned integer of 32 bits.</summary>
    public static readonly ScalarType UInt32 = new(32, Form.Unsigned, ByteOrder.Native);

    /// <summary>An unsigned integer of 64 bits.</summary>
    public static readonly ScalarType UInt64 = new(64, Form.Unsigned, ByteOrder.Native);

    /// <summary>A signed integer of 8 bits.</summary>
    public static readonly ScalarType Int8 = new(8, Form.Signed, ByteOrder.Native);

    /// <summary>A signed integer of 16 bits.</summary>
    public static readonly ScalarType Int16 = new(16, Form.Signed, ByteOrder.Native);

    /// <summary>A signed integer of 32 bits.</summary>
    public static readonly ScalarType Int32 = new(32, Form.Signed, ByteOrder.Native);

    /// <summary>A signed integer of 64 bits.</summary>
    public static readonly ScalarType Int64 = new(64, Form.Signed, ByteOrder.Native);

    /// <summary>A signed fixed-point number of 64 bits, counting hundred-thousandths.</summary>
    public static readonly ScalarType Fixed = new(64, Form.Fixed, ByteOrder.Native);

    /// <summary>A truth value in one byte: C's <c>_Bool</c>. Any byte but 0 reads as true.</summary>
    public static readonly ScalarType Boolean = new(8, Form.Boolean, ByteOrder.Native);

    // Boxed once: a large map read entry by entry would otherwise allocate for every flag and byte.
    private static readonly object True = true;
    private static readonly object False = false;
    private static readonly object[] BoxedBytes = Box(value => (byte)value);
    private static readonly object[] BoxedSignedBytes = Box(value => (sbyte)value);

    private readonly Form _form;

    private ScalarType(int bits, Form form, ByteOrder order, int bitOffset = 0, int bitCount = 0)
    {
        (Bits, BitOffset, BitCount) = (bits, bitOffset, bitCount);
        _form = form;
        ByteOrder = bits == 8 ? ByteOrder.Native : order;
        NeedsSwap = ByteOrder == (BitConverter.IsLittleEndian ? ByteOrder.BigEndian : ByteOrder.LittleEndian);
        int width = Width;
        MinValue = IsSigned ? long.MinValue >> (64 - width) : 0;
        MaxValue = IsBoolean ? 1 : (IsSigned ? (ulong)long.MaxValue : ulong.MaxValue) >> (64 - width);
        string suffix = ByteOrder switch
        {
            ByteOrder.LittleEndian => TypeNames.LittleEndianSuffix,
            ByteOrder.BigEndian => TypeNames.BigEndianSuffix,
            _ => "",
        };
        PlainName = form switch
        {
            Form.Fixed => "fixed",
            Form.Boolean => "bool",
            Form.Signed => $"int{bits}",
            _ => $"uint{bits}",
        };
        Name = PlainName + (bitCount == 0 ? "" : $":{bitOffset}:{bitCount}") + suffix;
    }

    private enum Form
    {
        Unsigned,
        Signed,
        Fixed,
        Boolean,
    }

    public override string Name { get; }

    public override int Size => Bits >> 3;

    public override int Alignment => Size;

    /// <summary>The width: 8, 16, 32 or 64.</summary>
    public int Bits { get; }

    /// <summary>The least significant bit of a bit field, in a number of <see cref="Bits"/> bits.</summary>
    public int BitOffset { get; }

    /// <summary>The number of bits of a bit field; 0 for a whole number.</summary>
    public int BitCount { get; }

    /// <summary>The number of bits that values have.</summary>
    internal int Width => BitCount == 0 ? Bits : BitCount;

    /// <summary>Whether comparisons, right shifts and divisions are signed. True for fixed-point too.</summary>
    public bool IsSigned => _form is Form.Signed or Form.Fixed;

    /// <summary>Whether the number counts parts of <see cref="FixedScale"/>.</summary>
    public bool IsFixed => _form == Form.Fixed;

    /// <summary>Whether it is a truth value.</summary>
    public bool IsBoolean => _form == Form.Boolean;

    /// <summary>The order of the bytes; always <see cref="ByteOrder.Native"/> for a single byte.</summary>
    public ByteOrder ByteOrder { get; }

    /// <summary>Whether this processor must reverse the bytes to calculate with the number.</summary>
    public bool NeedsSwap { get; }

    /// <summary>The smallest value. For fixed-point, in parts of <see cref="FixedScale"/>.</summary>
    public long MinValue { get; }

    /// <summary>The largest value. For fixed-point, in parts of <see cref="FixedScale"/>.</summary>
    public ulong MaxValue { get; }

    /// <summary>The name without the byte order.</summary>
    internal string PlainName { get; }

    /// <summary>An integer type.</summary>
    /// <param name="bits">8, 16, 32 or 64.</param>
    /// <param name="order">The order of its bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such width.</exception>
    public static ScalarType Integer(int bits, bool signed, ByteOrder order = ByteOrder.Native)
    {
        ScalarType type = bits switch
        {
            8 => signed ? Int8 : UInt8,
            16 => signed ? Int16 : UInt16,
            32 => signed ? Int32 : UInt32,
            64 => signed ? Int64 : UInt64,
            _ => throw new ArgumentOutOfRangeException(nameof(bits), bits, "An integer has 8, 16, 32 or 64 bits."),
        };
        return type.WithByteOrder(order);
    }

    /// <summary>The same type in another byte order.</summary>
    public ScalarType WithByteOrder(ByteOrder order) =>
        order == ByteOrder || Bits == 8 ? this : new ScalarType(Bits, _form, order, BitOffset, BitCount);

    /// <summary>A bit field in a number of this type, which keeps its other bits when the field is written.</summary>
    /// <param name="bitOffset">The least significant bit.</param>
    /// <param name="bitCount">The number of bits; 1 for a truth value.</param>
    /// <exception cref="FormatException">The type has no such bits.</exception>
    public ScalarType WithBits(int bitOffset, int bitCount)
    {
        if (IsFixed || bitOffset < 0 || bitCount < 1 || bitCount > Bits - bitOffset || (IsBoolean && bitCount != 1))
        {
            throw new FormatException($"{Name} has no bit field of {bitCount} bits from bit {bitOffset}: "
                + (IsFixed ? "a fixed-point number has none."
                    : IsBoolean ? "a truth value takes one bit, from 0 to 7." : $"its bits are 0 to {Bits - 1}."));
        }

        return new ScalarType(Bits, _form, ByteOrder, bitOffset, bitCount);
    }

    /// <summary>The type of the value: in the processor's byte order, and a whole number.</summary>
    internal ScalarType Plain => !NeedsSwap && BitCount == 0 ? this
        : IsBoolean ? Boolean : IsFixed ? Fixed : Integer(Bits, IsSigned);

    /// <summary>
    /// The number as a register holds it: in native order, extended to 64 bits by its sign or with zeros. For
    /// fixed-point in parts of <see cref="FixedScale"/>.
    /// </summary>
    /// <param name="bytes">At least <see cref="EbpfType.Size"/> bytes.</param>
    public ulong ReadBits(ReadOnlySpan<byte> bytes)
    {
        ulong number = ReadWhole(bytes) >> BitOffset << (64 - Width);
        return IsSigned ? (ulong)((long)number >> (64 - Width)) : number >> (64 - Width);
    }

    /// <summary>
    /// Writes the low bits of a register in this type's byte order. The bits around a bit field stay as they are.
    /// </summary>
    /// <param name="value">The result of <see cref="ReadBits"/> or <see cref="ToBits"/>; higher bits are cut.</param>
    /// <param name="bytes">At least <see cref="EbpfType.Size"/> bytes.</param>
    public void WriteBits(ulong value, Span<byte> bytes)
    {
        if (BitCount != 0)
        {
            ulong mask = ulong.MaxValue >> (64 - BitCount) << BitOffset;
            value = (ReadWhole(bytes) & ~mask) | ((value << BitOffset) & mask);
        }

        switch (Bits)
        {
            case 8:
                bytes[0] = (byte)value;
                break;
            case 16:
                ushort half = (ushort)value;
                MemoryMarshal.Write(bytes, NeedsSwap ? BinaryPrimitives.ReverseEndianness(half) : half);
                break;
            case 32:
                uint word = (uint)value;
                MemoryMarshal.Write(bytes, NeedsSwap ? BinaryPrimitives.ReverseEndianness(word) : word);
                break;
            default:
                MemoryMarshal.Write(bytes, NeedsSwap ? BinaryPrimitives.ReverseEndianness(value) : value);
                break;
        }
    }

    /// <summary>
    /// A .NET value as a register holds it (see <see cref="ReadBits"/>). Takes integers of any type, truth values,
    /// characters, enumeration values, whole numbers of floating point, and strings of decimal or <c>0x</c> hexadecimal
    /// digits; a fixed-point type takes fractions too, rounded to the nearest of its five decimal places.
    /// </summary>
    /// <exception cref="TypeConversionException">It is no number, no whole number, or out of range.</exception>
    public ulong ToBits(object? value)
    {
        if (IsFixed) return (ulong)NumberConversion.ToFixed(value, this);
        if (IsBoolean && value is string text && bool.TryParse(text, out bool truth)) return truth ? 1UL : 0;
        if (!NumberConversion.TryToInteger(value, out Int128 number, out string? problem))
            throw TypeConversionException.Refuse(value, this, $"it is {problem}, and {RangeText}");
        if (number < MinValue || number > MaxValue) throw TypeConversionException.Refuse(value, this, RangeText);
        return (ulong)number;
    }

    /// <summary>The .NET value of a number as a register holds it.</summary>
    /// <param name="bits">What <see cref="ReadBits"/> gives; bits above the width are ignored.</param>
    public object FromBits(ulong bits) => _form switch
    {
        Form.Boolean => (byte)bits != 0 ? True : False,
        Form.Fixed => (long)bits / (double)FixedScale,
        Form.Signed => Bits switch
        {
            8 => BoxedSignedBytes[(byte)bits],
            16 => (short)bits,
            32 => (int)bits,
            _ => (long)bits,
        },
        _ => Bits switch
        {
            8 => BoxedBytes[(byte)bits],
            16 => (ushort)bits,
            32 => (uint)bits,
            _ => (object)bits,
        },
    };

    public override bool Equals(EbpfType? other) => ReferenceEquals(this, other)
        || (other is ScalarType scalar && scalar.Bits == Bits && scalar._form == _form
            && scalar.ByteOrder == ByteOrder && (scalar.BitOffset, scalar.BitCount) == (BitOffset, BitCount));

    public override int GetHashCode() => HashCode.Combine(Bits, _form, ByteOrder, BitOffset, BitCount);

    private ulong ReadWhole(ReadOnlySpan<byte> bytes)
    {
        switch (Bits)
        {
            case 8: return bytes[0];
            case 16:
                ushort half = MemoryMarshal.Read<ushort>(bytes);
                return NeedsSwap ? BinaryPrimitives.ReverseEndianness(half) : half;
            case 32:
                uint word = MemoryMarshal.Read<uint>(bytes);
                return NeedsSwap ? BinaryPrimitives.ReverseEndianness(word) : word;
            default:
                ulong bits = MemoryMarshal.Read<ulong>(bytes);
                return NeedsSwap ? BinaryPrimitives.ReverseEndianness(bits) : bits;
        }
    }

    private string RangeText => IsBoolean
        ? "it takes true and false, or 1 and 0"
        : string.Create(CultureInfo.InvariantCulture, $"it takes {MinValue} to {MaxValue}");

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes) => FromBits(ReadBits(bytes));

    private protected override void WriteCore(object? value, Span<byte> bytes) => WriteBits(ToBits(value), bytes);

    private static object[] Box(Func<int, object> box)
    {
        var boxed = new object[256];
        for (var i = 0; i < boxed.Length; i++) boxed[i] = box(i);
        return boxed;
    }
}
