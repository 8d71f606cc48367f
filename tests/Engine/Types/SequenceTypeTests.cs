using System.Collections;
using EbpfCat.Types;

namespace EbpfCat.Tests.Types;

public class SequenceTypeTests
{
    [Fact]
    public void Text_is_UTF8_padded_with_zeros()
    {
        var type = new StringType(8);
        Assert.Equal("C3A4620000000000", Convert.ToHexString(type.ToBytes("äb")));
        Assert.Equal("äb", type.Read(Convert.FromHexString("C3A46200FFFFFFFF")));
        Assert.Equal("", type.Read(new byte[8]));
        Assert.Equal("abcdefgh", type.Read("abcdefgh"u8));
        Assert.Equal("a\ufffdb", type.Read([0x61, 0xff, 0x62, 0, 0, 0, 0, 0]));
        Assert.Equal("x", type.Read(type.ToBytes('x')));
        Assert.Equal((8, 1, "string[8]"), (type.Size, type.Alignment, type.Name));
    }

    [Fact]
    public void Text_overwrites_previous_bytes()
    {
        byte[] bytes = [1, 2, 3, 4];
        new StringType(4).Write("a", bytes);
        Assert.Equal([0x61, 0, 0, 0], bytes);
    }

    public static TheoryData<string, object?, string> Refusals => new()
    {
        { "string[4]", "abcd",
            "'abcd' cannot be stored as string[4]: " +
            "it has room for 3 bytes and the NUL, and the text takes 4 in UTF-8." },
        { "string[4]", "ää",
            "'ää' cannot be stored as string[4]: " +
            "it has room for 3 bytes and the NUL, and the text takes 4 in UTF-8." },
        { "string[4]", new string('x', 99), $"'{new string('x', 60)}…' cannot be stored as string[4]: " +
            "it has room for 3 bytes and the NUL, and the text takes 99 in UTF-8." },
        { "string[4]", "a\0b", "'a\0b' cannot be stored as string[4]: a NUL inside would end the text." },
        { "string[4]", "\ud800", "'\ud800' cannot be stored as string[4]: half of a surrogate pair has no UTF-8." },
        { "string[4]", 5, "5 cannot be stored as string[4]: it takes text." },
        { "string[4]", null, "null cannot be stored as string[4]: it takes text." },
        { "byte[4]", new byte[
            3], "An array of 3 elements (Byte[]) cannot be stored as byte[4]: it takes 4 elements, and 3 are given." },
        { "byte[2]", new object[] { 1, 2, 3 },
            "An array of 3 elements (Object[]) cannot be stored as byte[2]: it takes 2 elements, and 3 are given." },
        { "byte[2]", new object[] { 1, 256 }, "[1]: 256 cannot be stored as uint8: it takes 0 to 255." },
        { "byte[2]", "ab", "'ab' cannot be stored as byte[2]: it takes 2 bytes." },
        { "byte[2]", null, "null cannot be stored as byte[2]: it takes 2 bytes." },
        { "byte[2]", new Hashtable(), "A dictionary cannot be stored as byte[2]: it takes 2 bytes." },
        { "uint32[2]", new[] { 1, 2, 3 },
            "An array of 3 elements (Int32[]) cannot be stored as uint32[2]: it takes 2 elements, and 3 are given." },
        { "uint32[2]", new[] { 1, -1 }, "[1]: -1 cannot be stored as uint32: it takes 0 to 4294967295." },
        { "uint32[2]", 1, "1 cannot be stored as uint32[2]: it takes 2 elements." },
        { "uint32[2]", "12", "'12' cannot be stored as uint32[2]: it takes 2 elements." },
        { "uint32[2]", null, "null cannot be stored as uint32[2]: it takes 2 elements." },
        { "strings", 5, "5 cannot be stored as strings: it takes texts." },
        { "strings", Enumerable.Repeat("", 129)
            .ToArray(), "An array of 129 elements (String[]) cannot be stored as strings: it has room for 128 texts." },
        { "!H[2][2]", new int[][] { [1, 2], [3, 65536] },
            "[1][1]: 65536 cannot be stored as uint16 (big-endian): it takes 0 to 65535." },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Value_that_does_not_fit_is_refused(string text, object? value, string message) =>
        Assert.Equal(message, Refusal.Of(EbpfType.Parse(text), value));

    [Fact]
    public void List_of_texts_has_a_count_and_texts_with_their_lengths()
    {
        var type = TextListType.Instance;
        var bytes = type.ToBytes(new[] { "ls", "", "-l" });
        Assert.Equal((4096, 8, "strings"), (type.Size, type.Alignment, type.Name));
        byte[] texts = [3, 0, 0, 0, .. "ls\0"u8, 1, 0, 0, 0, 0, 3, 0, 0, 0, .. "-l\0"u8];
        Assert.Equal([3, 0, 0, 0, (byte)texts.Length, 0, 0, 0, .. texts], bytes[..(8 + texts.Length)]);
        // The bytes after the last text are ignored.
        bytes.AsSpan(8 + texts.Length).Fill(0x55);
        Assert.Equal(["ls", "", "-l"], (string[])type.Read(bytes)!);
        Assert.Equal([], (string[])type.Read(new byte[type.Size])!);
        Assert.Equal(["one"], (string[])type.Read(type.ToBytes("one"))!);
    }

    [Fact]
    public void Bytes_read_as_a_byte_array()
    {
        var type = new BytesType(3);
        byte[] bytes = [1, 2, 3];
        Assert.Equal(bytes, Assert.IsType<byte[]>(type.Read(bytes)));
        Assert.NotSame(bytes, type.Read(bytes));
        Assert.Equal(bytes, type.ToBytes(bytes));
        Assert.Equal(bytes, type.ToBytes(new ReadOnlyMemory<byte>(bytes)));
        Assert.Equal(bytes, type.ToBytes(new Memory<byte>(bytes)));
        Assert.Equal(bytes, type.ToBytes(new object[] { 1, "2", 3.0 }));
        Assert.Equal((3, 1, "byte[3]"), (type.Size, type.Alignment, type.Name));
    }

    public static TheoryData<string, Array> Arrays => new()
    {
        { "int8[2]", new sbyte[] { -1, 2 } },
        { "uint16[2]", new ushort[] { 1, 0xfffe } },
        { "!h[2]", new short[] { 1, -2 } },
        { "uint32[2]", new uint[] { 1, 0xfffffffe } },
        { "!i[2]", new[] { 1, -2 } },
        { "!Q[2]", new ulong[] { 1, ulong.MaxValue - 1 } },
        { "int64[2]", new[] { 1, long.MinValue } },
        { "fixed[2]", new[] { 1.5, -2.25 } },
        { "!x[2]", new[] { 1.5, -2.25 } },
        { "bool[2]", new[] { true, false } },
        { "string[4][2]", new object[] { "a", "b" } },
        { "uint16[2][2]", new object[] { new ushort[] { 1, 2 }, new ushort[] { 3, 4 } } },
    };

    [Theory]
    [MemberData(nameof(Arrays))]
    public void Array_reads_as_an_array_of_its_element_type(string text, Array values)
    {
        var type = Assert.IsType<ArrayType>(EbpfType.Parse(text));
        object? read = type.Read(type.ToBytes(values));
        Assert.IsType(values.GetType(), read);
        Assert.Equal(values, read);
        Assert.Equal((type.Element.Size * 2, type.Element.Alignment), (type.Size, type.Alignment));
        Assert.Equal(values, type.Read(type.ToBytes(new ArrayList(values))));
    }

    [Fact]
    public void Elements_keep_their_byte_order() =>
        Assert.Equal("00010002", Convert.ToHexString(EbpfType.Parse("!H[2]").ToBytes(new[] { 1, 2 })));

    [Fact]
    public void Lengths_have_limits()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new StringType(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BytesType(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ArrayType(ScalarType.UInt8, -1));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new ArrayType(ScalarType.UInt64, 1 << 28));
        Assert.StartsWith("268435456 times uint64 do not fit in 2 GiB.", error.Message, StringComparison.Ordinal);
    }
}
