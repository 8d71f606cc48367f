using System.Numerics;
using EbpfCat.Types;

namespace EbpfCat.Tests.Types;

public class ScalarTypeTests
{
    public static TheoryData<string, object, string> Encodings => new()
    {
        { "uint8", (byte)0xfe, "FE" },
        { "int8", (sbyte)-2, "FE" },
        { "<H", (ushort)0x1234, "3412" },
        { "!H", (ushort)0x1234, "1234" },
        { "<h", (short)-2, "FEFF" },
        { ">h", (short)-2, "FFFE" },
        { "<I", 0x12345678u, "78563412" },
        { ">I", 0x12345678u, "12345678" },
        { ">i", -2, "FFFFFFFE" },
        { "<Q", 0x0102030405060708ul, "0807060504030201" },
        { "!Q", 0x0102030405060708ul, "0102030405060708" },
        { "!q", long.MinValue, "8000000000000000" },
        { "!x", 1.5, "00000000000249F0" },
        { "<x", -0.00001, "FFFFFFFFFFFFFFFF" },
        { "bool", true, "01" },
        { "bool", false, "00" },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Number_has_the_expected_bytes(string text, object value, string hex)
    {
        EbpfType type = EbpfType.Parse(text);
        Assert.Equal(hex, Convert.ToHexString(type.ToBytes(value)));
        object? read = type.Read(Convert.FromHexString(hex));
        Assert.Equal(value, read);
        Assert.IsType(value.GetType(), read);
    }

    [Theory]
    [InlineData("uint8", 8, false, 0, 255)]
    [InlineData("int8", 8, true, -128, 127)]
    [InlineData("uint16", 16, false, 0, 65535)]
    [InlineData("int16", 16, true, -32768, 32767)]
    [InlineData("uint32", 32, false, 0, uint.MaxValue)]
    [InlineData("int32", 32, true, int.MinValue, int.MaxValue)]
    [InlineData("uint64", 64, false, 0, ulong.MaxValue)]
    [InlineData("int64", 64, true, long.MinValue, long.MaxValue)]
    [InlineData("fixed", 64, true, long.MinValue, long.MaxValue)]
    [InlineData("bool", 8, false, 0, 1)]
    public void Scalar_type_has_width_sign_and_range(string text, int bits, bool signed, long least, ulong most)
    {
        var type = Assert.IsType<ScalarType>(EbpfType.Parse(text));
        Assert.Equal((bits, signed, least, most), (type.Bits, type.IsSigned, type.MinValue, type.MaxValue));
        Assert.Equal((bits / 8, bits / 8), (type.Size, type.Alignment));
        Assert.Equal((text == "fixed", text == "bool"), (type.IsFixed, type.IsBoolean));
    }

    [Fact]
    public void Only_foreign_byte_order_needs_a_swap()
    {
        ByteOrder own = BitConverter.IsLittleEndian ? ByteOrder.LittleEndian : ByteOrder.BigEndian;
        ByteOrder other = BitConverter.IsLittleEndian ? ByteOrder.BigEndian : ByteOrder.LittleEndian;
        Assert.False(ScalarType.UInt16.NeedsSwap);
        Assert.False(ScalarType.UInt16.WithByteOrder(own).NeedsSwap);
        Assert.True(ScalarType.UInt16.WithByteOrder(other).NeedsSwap);
        Assert.False(ScalarType.UInt8.WithByteOrder(other).NeedsSwap);
        Assert.Same(ScalarType.Boolean, ScalarType.Boolean.WithByteOrder(other));
        Assert.Same(ScalarType.UInt32, ScalarType.Integer(32, signed: false));
        Assert.Equal(ScalarType.UInt16, ScalarType.UInt16.WithByteOrder(other).WithByteOrder(ByteOrder.Native));
    }

    [Fact]
    public void Integer_of_24_bits_is_refused()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => ScalarType.Integer(24, signed: false));
        Assert.StartsWith("An integer has 8, 16, 32 or 64 bits.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Register_value_is_sign_extended()
    {
        Assert.Equal(0xffff_ffff_ffff_fffeul, ScalarType.Int16.ToBits(-2));
        Assert.Equal(0xffff_ffff_ffff_fffeul, ScalarType.Int16.ReadBits(ScalarType.Int16.ToBytes(-2)));
        Assert.Equal(0xfffeul, ScalarType.UInt16.ReadBits(ScalarType.Int16.ToBytes(-2)));
        Assert.Equal(250_000ul, ScalarType.Fixed.ToBits(2.5));
        Assert.Equal((short)-2, ScalarType.Int16.FromBits(0xfffe));
        Assert.Equal(true, ScalarType.Boolean.FromBits(0x80));
    }

    public static TheoryData<object> Sevens =>
    [
        (sbyte)7, (byte)7, (short)7, (ushort)7, 7, 7u, 7L, 7ul, (nint)7, (nuint)7, (Int128)7, (UInt128)7, (BigInteger)7,
        7.0, 7.0f, (Half)7, 7.0m, "7", " 7 ", "+7", "0x7", "0X07", '\a', DayOfWeek.Sunday + 7,
    ];

    [Theory]
    [MemberData(nameof(Sevens))]
    public void Every_NET_type_that_equals_seven_is_written_as_seven(object seven)
    {
        foreach (string text in (string[])["uint8", "int8", "uint16", "!h", "uint32", ">i", "uint64", "int64"])
            Assert.Equal(7ul, ((ScalarType)EbpfType.Parse(text)).ToBits(seven));
        Assert.Equal(700_000ul, ScalarType.Fixed.ToBits(seven));
    }

    [Theory]
    [InlineData("uint64", "0xffffffffffffffff", ulong.MaxValue)]
    [InlineData("int64", "-0x8000000000000000", 0x8000_0000_0000_0000)]
    [InlineData("int8", "-128", 0xffff_ffff_ffff_ff80)]
    [InlineData("bool", true, 1)]
    [InlineData("bool", 1, 1)]
    [InlineData("bool", "True", 1)]
    [InlineData("bool", "false", 0)]
    [InlineData("uint8", true, 1)]
    [InlineData("uint64", 18446744073709549568.0, 18446744073709549568)]
    public void Ends_of_the_range_can_be_written(string text, object value, ulong bits) =>
        Assert.Equal(bits, ((ScalarType)EbpfType.Parse(text)).ToBits(value));

    public static TheoryData<string, object?, string> Refusals => new()
    {
        { "uint8", 256, "256 cannot be stored as uint8: it takes 0 to 255." },
        { "uint8", -1, "-1 cannot be stored as uint8: it takes 0 to 255." },
        { "int8", 128, "128 cannot be stored as int8: it takes -128 to 127." },
        { "!H", "0x10000", "'0x10000' cannot be stored as uint16 (big-endian): it takes 0 to 65535." },
        { "int32", 1L << 31, "2147483648 cannot be stored as int32: it takes -2147483648 to 2147483647." },
        { "uint64", -1, "-1 cannot be stored as uint64: it takes 0 to 18446744073709551615." },
        { "uint64", 18446744073709551616.0,
            "1.8446744073709552E+19 cannot be stored as uint64: it takes 0 to 18446744073709551615." },
        { "int64", ulong.MaxValue,
            "18446744073709551615 cannot be stored as int64: it takes -9223372036854775808 to 9223372036854775807." },
        { "uint32", BigInteger.Pow(
            10, 50), $"1{new string('0', 50)} cannot be stored as uint32: it takes 0 to 4294967295." },
        { "uint32", UInt128.MaxValue,
            "340282366920938463463374607431768211455 cannot be stored as uint32: it takes 0 to 4294967295." },
        { "uint32", double.PositiveInfinity, "Infinity cannot be stored as uint32: it takes 0 to 4294967295." },
        { "uint32", double.NaN, "NaN cannot be stored as uint32: it is not a number, and it takes 0 to 4294967295." },
        { "uint32", 1.5, "1.5 cannot be stored as uint32: it is not a whole number, and it takes 0 to 4294967295." },
        { "uint32", 1.5m, "1.5 cannot be stored as uint32: it is not a whole number, and it takes 0 to 4294967295." },
        { "uint32", "1.5",
            "'1.5' cannot be stored as uint32: it is not a whole number, and it takes 0 to 4294967295." },
        { "uint32", "0x", "'0x' cannot be stored as uint32: it is not a number, and it takes 0 to 4294967295." },
        { "uint32", "many", "'many' cannot be stored as uint32: it is not a number, and it takes 0 to 4294967295." },
        { "uint32", "", "'' cannot be stored as uint32: it is not a number, and it takes 0 to 4294967295." },
        { "uint32", null, "null cannot be stored as uint32: it is not a number, and it takes 0 to 4294967295." },
        { "uint32", new[] { 1 }, "An array of 1 elements (Int32[]) cannot be stored as uint32: " +
            "it is not a number, and it takes 0 to 4294967295." },
        { "bool", 2, "2 cannot be stored as bool: it takes true and false, or 1 and 0." },
        { "bool", "yes",
            "'yes' cannot be stored as bool: it is not a number, and it takes true and false, or 1 and 0." },
        { "fixed", double.NaN, "NaN cannot be stored as fixed: " +
            "it is not a number, and it takes -92233720368547.75808 to 92233720368547.75807." },
        { "fixed", 1e14,
            "100000000000000 cannot be stored as fixed: it takes -92233720368547.75808 to 92233720368547.75807." },
        { "fixed", 92233720368547.75808m,
            "92233720368547.75808 cannot be stored as fixed: it takes -92233720368547.75808 to 92233720368547.75807." },
        { "fixed", 92233720368548,
            "92233720368548 cannot be stored as fixed: it takes -92233720368547.75808 to 92233720368547.75807." },
        { "fixed", "1e300",
            "'1e300' cannot be stored as fixed: it takes -92233720368547.75808 to 92233720368547.75807." },
        { "fixed", "half", "'half' cannot be stored as fixed: " +
            "it is not a number, and it takes -92233720368547.75808 to 92233720368547.75807." },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Value_out_of_range_is_refused_with_the_range(string text, object? value, string message) =>
        Assert.Equal(message, Refusal.Of(EbpfType.Parse(text), value));

    [Theory]
    [InlineData(1.000004, 100_000)]
    [InlineData(1.000006, 100_001)]
    [InlineData(-1.000006, -100_001)]
    [InlineData(0.1, 10_000)]
    [InlineData("2.5", 250_000)]
    [InlineData("-0x10", -1_600_000)]
    [InlineData(true, 100_000)]
    [InlineData(-92233720368547L, -9223372036854700000)]
    public void Fraction_is_rounded_to_five_decimal_places(object value, long parts) =>
        Assert.Equal(parts, (long)ScalarType.Fixed.ToBits(value));

    [Theory]
    [InlineData("92233720368547.75807", long.MaxValue)]
    [InlineData("-92233720368547.75808", long.MinValue)]
    public void Decimal_is_exact_over_the_whole_range(string text, long parts)
    {
        Assert.Equal(parts, (long)ScalarType.Fixed.ToBits(text));
        Assert.Equal(parts,
            (long)ScalarType.Fixed.ToBits(decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Too_few_bytes_are_refused()
    {
        var read = Assert.Throws<ArgumentException>(() => ScalarType.UInt32.Read(new byte[3]));
        Assert.StartsWith("uint32 takes 4 bytes; there are 3.", read.Message, StringComparison.Ordinal);
        var write = Assert.Throws<ArgumentException>(() => ScalarType.UInt32.Write(1, new byte[3]));
        Assert.StartsWith("uint32 takes 4 bytes; there are 3.", write.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_beyond_the_type_are_not_touched()
    {
        byte[] bytes = [9, 9, 9, 9];
        ScalarType.UInt16.Write(0, bytes);
        Assert.Equal([0, 0, 9, 9], bytes);
        Assert.Equal((ushort)0, ScalarType.UInt16.Read(bytes));
    }
}
