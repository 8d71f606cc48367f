using System.Collections;
using System.Collections.Specialized;
using EbpfCat.Maps;
using EbpfCat.Types;

namespace EbpfCat.Tests.Types;

/// <summary>Descriptions and values that hold themselves, or are nested deeper than any type.</summary>
public sealed class NestingTests
{
    private const int Deep = 100_000;

    [Fact]
    public void A_struct_that_holds_itself_is_refused()
    {
        var fields = new OrderedDictionary { ["x"] = "uint32" };
        fields["inner"] = new Hashtable { ["self"] = fields };
        var error = Assert.Throws<FormatException>(() => EbpfType.FromObject(fields));
        Assert.Equal("Field 'inner': Field 'self': The struct holds itself.", error.Message);
    }

    [Fact]
    public void A_struct_that_is_nested_too_deep_is_refused()
    {
        var error = Assert.Throws<FormatException>(() => EbpfType.FromObject(Nested(Deep, "uint32")));
        Assert.Equal("Structs and arrays are nested more than 64 deep.", error.Message);
    }

    [Fact]
    public void A_struct_nested_as_deep_as_can_be_is_read_and_written()
    {
        var type = EbpfType.FromObject(Nested(EbpfType.MaxDepth, "uint32"));
        var bytes = type.ToBytes(Nested(EbpfType.MaxDepth, 7u));
        Assert.Equal([7, 0, 0, 0], bytes);
        Assert.Equal(bytes, type.ToBytes(type.Read(bytes)));
        Assert.Throws<ArgumentException>(() => StructType.Create([KeyValuePair.Create("x", type)]));
        Assert.Throws<ArgumentException>(() => new ArrayType(type, 1));
    }

    [Fact]
    public void An_array_of_too_many_dimensions_is_refused()
    {
        var text = "uint32" + string.Concat(Enumerable.Repeat("[1]", Deep));
        Assert.Equal("Structs and arrays are nested more than 64 deep.",
            Assert.Throws<FormatException>(() => EbpfType.Parse(text)).Message);
    }

    [Fact]
    public void A_value_that_holds_itself_or_is_too_deep_does_not_fit_any_type()
    {
        var cyclic = new OrderedDictionary { ["x"] = 1 };
        cyclic["self"] = cyclic;
        object?[] list = [null];
        list[0] = list;
        foreach (var type in new[] { EbpfType.FromObject(Nested(3,
            "uint32")), EbpfType.Parse("uint32[1][1]"), ScalarType.UInt32 })
        {
            foreach (var value in new object[] { cyclic, list, Nested(Deep, 1) })
            {
                Assert.Throws<TypeConversionException>(() => type.ToBytes(value));
            }
        }
    }

    [Fact]
    public void A_value_that_holds_itself_has_a_text()
    {
        var cyclic = new OrderedDictionary { ["x"] = 1 };
        cyclic["self"] = cyclic;
        Assert.Equal(
            "{ x = 1, self = { x = 1, self = { x = 1, self = { x = 1, self = … } } } }", MapText.Describe(cyclic));
        Assert.Equal("{ x = { x = { x = { x = … } } } }", MapText.Describe(Nested(Deep, 1)));
    }

    private static OrderedDictionary Nested(int depth, object innermost)
    {
        var nested = new OrderedDictionary { ["x"] = innermost };
        for (var level = 1; level < depth; level++) nested = new OrderedDictionary { ["x"] = nested };
        return nested;
    }
}
