using System.Collections;
using System.Collections.Specialized;
using System.Net;
using EbpfCat.Types;

namespace EbpfCat.Tests.Types;

public class StructTypeTests
{
    private static readonly StructType Flow = StructType.Create(
        [new("Protocol", ScalarType.UInt8), new("Port", EbpfType.Parse("!H")), new("Source", AddressType.IPv4),
            new("Bytes", ScalarType.UInt64), new("Flags", ScalarType.UInt8)],
        "flow");

    [Fact]
    public void Fields_have_the_offsets_of_C()
    {
        Assert.Equal([0, 2, 4, 8, 16], Flow.Fields.Select(field => field.Offset));
        Assert.Equal((24, 8, "struct flow", "flow"), (Flow.Size, Flow.Alignment, Flow.Name, Flow.Tag));
        StructType outer =
            StructType.Create([new("Tag", ScalarType.UInt8), new("Flow", Flow), new("Tail", ScalarType.UInt16)]);
        Assert.Equal([0, 8, 32], outer.Fields.Select(field => field.Offset));
        Assert.Equal((40, 8), (outer.Size, outer.Alignment));
        Assert.Equal("{ Tag: uint8, Flow: struct flow, Tail: uint16 }", outer.Name);
    }

    [Fact]
    public void Packed_struct_has_no_padding()
    {
        StructType type = StructType.CreatePacked(
            [new("A", ScalarType.UInt8), new("B", ScalarType.UInt64), new("C", ScalarType.UInt16)]);
        Assert.Equal([0, 1, 9], type.Fields.Select(field => field.Offset));
        Assert.Equal((11, 1), (type.Size, type.Alignment));
    }

    [Fact]
    public void Explicit_layout_is_kept()
    {
        StructType type = StructType.CreateAt([new("A", ScalarType.UInt32, 8), new("B", ScalarType.UInt16, 8)], 16);
        Assert.Equal((16, 4), (type.Size, type.Alignment));
        Assert.Equal(
            "00000000000000000200000000000000", Convert.ToHexString(type.ToBytes(new Hashtable { ["a"] = 2 })));
        Assert.Equal(1, StructType.CreateAt([new("A", ScalarType.UInt32, 2)], 8).Alignment);
        Assert.Empty(StructType.CreateAt([], 0).Fields);
    }

    [Fact]
    public void Value_is_an_ordered_case_insensitive_dictionary()
    {
        byte[] bytes = Convert.FromHexString("06FF0050" + "0A000001" + "0102030405060708" + "80FFFFFFFFFFFFFF");
        var values = Assert.IsType<OrderedDictionary<string, object?>>(Flow.Read(bytes));
        Assert.Equal(["Protocol", "Port", "Source", "Bytes", "Flags"], values.Keys);
        Assert.Equal((ushort)80, values["port"]);
        Assert.Equal(IPAddress.Parse("10.0.0.1"), values["SOURCE"]);
        bytes[1] = 0;
        bytes.AsSpan(17).Clear();
        Assert.Equal(bytes, Flow.ToBytes(values));
    }

    [Fact]
    public void Omitted_fields_and_padding_are_zero()
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)0xff, Flow.Size + 1)];
        Flow.Write(new OrderedDictionary { ["port"] = 80 }, bytes);
        Assert.Equal("00000050" + new string('0', 40) + "FF", Convert.ToHexString(bytes));
    }

    [Fact]
    public void Every_kind_of_dictionary_can_be_written()
    {
        byte[] expected = Flow.ToBytes(new Hashtable { ["Port"] = 80 });
        Assert.Equal(expected, Flow.ToBytes(new OrderedDictionary { ["PORT"] = "80" }));
        Assert.Equal(expected, Flow.ToBytes(new Dictionary<string, object?> { ["port"] = 80u }));
        Assert.Equal(expected, Flow.ToBytes(new Dictionary<string, int> { ["port"] = 80 }));
        Assert.Equal(expected, Flow.ToBytes(new SortedList<string, object?> { ["port"] = 80.0 }.AsReadOnly()));
    }

    public static TheoryData<object?, string> Refusals => new()
    {
        { new Hashtable { ["Prot"] = 1 },
            "A dictionary cannot be stored as struct flow: it has no field 'Prot'; did you mean Port or Protocol?" },
        { new Hashtable { ["Protcol"] = 1 },
            "A dictionary cannot be stored as struct flow: it has no field 'Protcol'; did you mean Protocol?" },
        { new Hashtable { ["Verdict"] = 1 }, "A dictionary cannot be stored as struct flow: " +
            "it has no field 'Verdict'; it has Protocol, Port, Source, Bytes, Flags." },
        { new Dictionary<string, object?> { ["Port"] = 1, ["port"] = 2 },
            "A dictionary cannot be stored as struct flow: field 'port' is given twice." },
        { new Hashtable { ["port"] = 65536 },
            "Port: 65536 cannot be stored as uint16 (big-endian): it takes 0 to 65535." },
        { new Hashtable { ["port"] = null },
            "Port: null cannot be stored as uint16 (big-endian): it is not a number, and it takes 0 to 65535." },
        { 5, "5 cannot be stored as struct flow: it takes a dictionary of its fields." },
        { new[] { 5 },
            "An array of 1 elements (Int32[]) cannot be stored as struct flow: it takes a dictionary of its fields." },
        { null, "null cannot be stored as struct flow: it takes a dictionary of its fields." },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Value_that_does_not_fit_is_refused(object? value, string message) =>
        Assert.Equal(message, Refusal.Of(Flow, value));

    [Fact]
    public void Refusal_names_the_path_to_the_value()
    {
        StructType outer = StructType.Create([new("Flow", Flow), new("Ports", new ArrayType(Flow, 2))]);
        var value = new Hashtable { ["flow"] = new Hashtable { ["flags"] = 256 } };
        var error = Assert.Throws<TypeConversionException>(() => outer.ToBytes(value));
        Assert.Equal("Flow.Flags: 256 cannot be stored as uint8: it takes 0 to 255.", error.Message);
        Assert.Equal("Flow.Flags", error.Path);
        value = new Hashtable { ["ports"] = new[] { new Hashtable(), new Hashtable { ["flags"] = 256 } } };
        Assert.Equal("Ports[1].Flags: 256 cannot be stored as uint8: it takes 0 to 255.", Refusal.Of(outer, value));
    }

    [Fact]
    public void Fields_are_found_case_insensitively()
    {
        Assert.Same(Flow.Fields[1], Flow.FindField("pORT"));
        Assert.Null(Flow.FindField("ports"));
    }

    [Fact]
    public void Invalid_struct_is_refused()
    {
        static string Message(Func<StructType> create) => Assert.ThrowsAny<ArgumentException>(create).Message;
        Assert.Equal("A struct needs at least one field.", Message(() => StructType.Create([])));
        Assert.Equal(
            "A field of a struct needs a name.", Message(() => StructType.Create([new(" ", ScalarType.UInt8)])));
        Assert.Equal(
            "The struct has two fields named 'PORT' (case does not count).",
            Message(() => StructType.Create([new("Port", ScalarType.UInt8), new("PORT", ScalarType.UInt8)])));
        Assert.Equal(
            "Field 'A' at byte 5 takes 4 bytes and does not fit in 8.",
            Message(() => StructType.CreateAt([new("A", ScalarType.UInt32, 5)], 8)));
        Assert.Equal(
            "The struct does not fit in 2 GiB.",
            Message(() => StructType.Create([new("A", new BytesType(int.MaxValue)), new("B", ScalarType.UInt8)])));
    }

    [Fact]
    public void Structs_with_the_same_fields_are_equal()
    {
        KeyValuePair<string, EbpfType>[] fields = [new("A", ScalarType.UInt8), new("B", ScalarType.UInt32)];
        Assert.Equal(StructType.Create(fields), StructType.Create(fields));
        Assert.Equal(StructType.Create(fields).GetHashCode(), StructType.Create(fields).GetHashCode());
        Assert.True(StructType.Create(fields) == StructType.Create(fields));
        Assert.True(StructType.Create(fields) != StructType.Create(fields, "named"));
        Assert.NotEqual(StructType.Create(fields), StructType.CreatePacked(fields));
        Assert.NotEqual<EbpfType>(StructType.Create(fields), ScalarType.UInt64);
    }
}
