using System.Collections;
using System.Collections.Specialized;
using System.Net;
using System.Net.NetworkInformation;
using EbpfCat.Types;

namespace EbpfCat.Tests.Types;

public class TypeTextTests
{
    [Theory]
    [InlineData("byte UINT8 u8 __u8 uint8_t B !B =B [byte]", "uint8")]
    [InlineData("sbyte Int8 s8 b", "int8")]
    [InlineData("ushort uint16 u16 H =H @H [UInt16]", "uint16")]
    [InlineData("short int16 s16 h", "int16")]
    [InlineData("uint uint32 u32 I", "uint32")]
    [InlineData("int int32 s32 i", "int32")]
    [InlineData("ulong uint64 u64 Q [ulong]", "uint64")]
    [InlineData("long int64 s64 q", "int64")]
    [InlineData("fixed x", "fixed")]
    [InlineData("bool Boolean ?", "bool")]
    [InlineData("!H >H __be16 !uint16 >ushort", "uint16 (big-endian)")]
    [InlineData("<q <long", "int64 (little-endian)")]
    [InlineData("!x", "fixed (big-endian)")]
    [InlineData("ipaddress IPAddress", "ipaddress")]
    [InlineData("mac PhysicalAddress", "mac")]
    [InlineData("ipprefix IPNetwork", "ipprefix")]
    [InlineData("string[16] char[16] String[16]", "string[16]")]
    [InlineData("byte[8] u8[8] B[8] !B[8]", "byte[8]")]
    [InlineData("uint32[4] I[4] [uint32[4]]", "uint32[4]")]
    [InlineData("!H[4]", "uint16[4] (big-endian)")]
    [InlineData("!H[4][2]", "uint16[4][2] (big-endian)")]
    [InlineData("char[16][4]", "string[16][4]")]
    [InlineData("byte[6][4]", "byte[6][4]")]
    [InlineData("int8[3]", "int8[3]")]
    [InlineData("ipv4[3]", "ipv4[3]")]
    public void Spellings_of_one_type_parse_alike(string texts, string name)
    {
        foreach (string text in texts.Split(' '))
        {
            EbpfType type = EbpfType.Parse(text);
            Assert.Equal(name, type.Name);
            Assert.Equal(name, type.ToString());
            Assert.Equal(type, EbpfType.Parse($" {name} "));
            Assert.Equal(type.GetHashCode(), EbpfType.Parse(name).GetHashCode());
        }
    }

    [Fact]
    public void Insignificant_spaces_are_allowed()
    {
        Assert.Equal(EbpfType.Parse("!H[4]"), EbpfType.Parse(" ! H [ 4 ] "));
        Assert.Equal(EbpfType.Parse("string[4]"), EbpfType.Parse("string [4]"));
    }

    [Fact]
    public void Every_listed_name_parses_to_a_type_of_that_name()
    {
        Assert.NotEmpty(EbpfType.KnownNames);
        Assert.All(EbpfType.KnownNames, name => Assert.Equal(name, EbpfType.Parse(name).Name));
        Assert.Equal(EbpfType.KnownNames.Count, EbpfType.KnownNames.Distinct().Count());
    }

    [Theory]
    [InlineData("uint46", "'uint46' is not a kernel type; did you mean uint64, uint16 or uint32?")]
    [InlineData("unit64", "'unit64' is not a kernel type; did you mean uint64 or int64?")]
    [InlineData("ipadress", "'ipadress' is not a kernel type; did you mean ipaddress?")]
    [InlineData("X", "'X' is not a kernel type; the letters are ? B H I Q b h i q x (their case counts).")]
    [InlineData("!z", "'!z' is not a kernel type; the letters are ? B H I Q b h i q x (their case counts).")]
    [InlineData("", "'' is not a kernel type; a type has a name, such as uint64.")]
    [InlineData("[4]", "'[4]' is not a kernel type; the letters are ? B H I Q b h i q x (their case counts).")]
    [InlineData("string", "'string' needs its capacity in bytes, the NUL at its end among them, such as string[16].")]
    [InlineData("char", "'char' needs its capacity in bytes, the NUL at its end among them, such as char[16].")]
    [InlineData("uint32[0]", "'uint32[0]' is not a kernel type; '0' is not a length from 1 to 2147483647.")]
    [InlineData("uint32[-1]", "'uint32[-1]' is not a kernel type; '-1' is not a length from 1 to 2147483647.")]
    [InlineData("uint32[four]", "'uint32[four]' is not a kernel type; 'four' is not a length from 1 to 2147483647.")]
    [InlineData("string[]", "'string[]' is not a kernel type; '' is not a length from 1 to 2147483647.")]
    [InlineData("uint32[4", "'uint32[4' is not a kernel type; a length is written as in uint32[4].")]
    [InlineData("uint32[4]x", "'uint32[4]x' is not a kernel type; a length is written as in uint32[4].")]
    [InlineData("uint64[2147483647]", "'uint64[2147483647]' does not fit in 2 GiB.")]
    [InlineData("!ipv4", "'!ipv4' has a byte order, and ipv4 is always in the network's.")]
    [InlineData("!string[4]", "'!string[4]' has a byte order, and string[4] has none.")]
    public void Unknown_type_name_is_refused(string text, string message)
    {
        Assert.Equal(message, Refusal.OfText(text));
        Assert.False(EbpfType.TryParse(text, out EbpfType? type));
        Assert.Null(type);
    }

    [Fact]
    public void Without_a_similar_name_all_names_are_listed()
    {
        string message = Refusal.OfText("elephant");
        Assert.StartsWith(
            "'elephant' is not a kernel type; there are uint64, uint32,", message, StringComparison.Ordinal);
        Assert.False(EbpfType.TryParse(null, out _));
    }

    [Fact]
    public void Objects_can_describe_types()
    {
        (object Description, EbpfType Type)[] cases =
        [
            (typeof(byte), ScalarType.UInt8), (typeof(sbyte), ScalarType.Int8), (typeof(ushort), ScalarType.UInt16),
            (typeof(short), ScalarType.Int16), (typeof(uint), ScalarType.UInt32), (typeof(int), ScalarType.Int32),
            (typeof(ulong), ScalarType.UInt64), (typeof(long), ScalarType.Int64), (typeof(bool), ScalarType.Boolean),
            (typeof(double), ScalarType.Fixed), (typeof(IPAddress), AddressType.IPAddress),
            (typeof(PhysicalAddress), AddressType.Mac), (typeof(IPNetwork), PrefixType.IPAddress),
            ("u32", ScalarType.UInt32), (ScalarType.Fixed, ScalarType.Fixed),
        ];
        Assert.All(cases, each => Assert.Equal(each.Type, EbpfType.FromObject(each.Description)));
    }

    [Fact]
    public void Ordered_dictionary_describes_a_struct_in_order()
    {
        var fields = new OrderedDictionary
        {
            ["Port"] = "!H",
            ["Source"] = typeof(IPAddress),
            ["Count"] = ScalarType.UInt64,
            ["Inner"] = new OrderedDictionary { ["B"] = "byte", ["A"] = "uint" },
        };
        StructType type = EbpfType.FromDictionary(fields);
        Assert.Equal(
            "{ Port: uint16 (big-endian), Source: ipaddress, Count: uint64, Inner: { B: uint8, A: uint32 } }",
            type.Name);
        Assert.Equal([0, 4, 24, 32], type.Fields.Select(field => field.Offset));
        Assert.Equal(type, EbpfType.FromObject(fields));
    }

    [Fact]
    public void Unordered_dictionary_is_laid_out_by_name()
    {
        StructType type = EbpfType.FromDictionary(new Hashtable { ["b"] = "uint8", ["C"] = "uint8", ["a"] = "uint8" });
        Assert.Equal(["a", "b", "C"], type.Fields.Select(field => field.Name));
    }

    [Fact]
    public void Object_that_describes_no_type_is_refused()
    {
        static string Message(object description) =>
            Assert.Throws<FormatException>(() => EbpfType.FromObject(description)).Message;
        Assert.Equal(
            "Int32 does not describe a kernel type; give its name, a .NET type or a dictionary of fields.", Message(5));
        Assert.Equal("The .NET type Guid has no kernel type.", Message(typeof(Guid)));
        Assert.Equal(
            "The .NET type String has no kernel type; text needs its capacity in bytes, such as 'string[16]'.",
            Message(typeof(string)));
        Assert.Equal("The .NET type UInt32[] has no kernel type; an array needs its length, such as 'uint32[4]'.",
            Message(typeof(uint[])));
        Assert.Equal("A struct needs at least one field.", Message(new Hashtable()));
        Assert.Equal(
            "Field 'A': Field 'B': 'uint46' is not a kernel type; did you mean uint64, uint16 or uint32?",
            Message(new Hashtable { ["A"] = new Hashtable { ["B"] = "uint46" } }));
        Assert.Equal("Field 'A': there is no type.", Message(new Hashtable { ["A"] = null }));
        Assert.Equal(
            "The struct has two fields named 'a' (case does not count).",
            Message(new OrderedDictionary { ["A"] = "byte", ["a"] = "byte" }));
    }
}
