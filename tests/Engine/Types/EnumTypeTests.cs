using EbpfCat.Types;

namespace EbpfCat.Tests.Types;

public class EnumTypeTests
{
    private static readonly EnumType Action = new(
        ScalarType.UInt32, [new("Aborted", 0), new("Drop", 1), new("Pass", 2), new("Accept", 2)], "xdp_action");

    [Fact]
    public void Value_reads_as_its_first_name_or_its_number()
    {
        Assert.Equal("Pass", Action.Read(ScalarType.UInt32.ToBytes(2)));
        Assert.Equal(9u, Action.Read(ScalarType.UInt32.ToBytes(9)));
        Assert.Equal((4, 4, "enum xdp_action"), (Action.Size, Action.Alignment, Action.Name));
        Assert.Equal("enum { A, B }", new EnumType(ScalarType.UInt8, [new("A", 0), new("B", 1)]).Name);
    }

    [Theory]
    [InlineData("Pass", 2)]
    [InlineData("accept", 2)]
    [InlineData("DROP", 1)]
    [InlineData("0x9", 9)]
    [InlineData("1", 1)]
    [InlineData(7, 7)]
    public void Names_and_numbers_can_be_written(object value, int number) =>
        Assert.Equal(ScalarType.UInt32.ToBytes(number), Action.ToBytes(value));

    [Fact]
    public void Names_that_differ_only_in_case_are_distinct()
    {
        var type = new EnumType(ScalarType.UInt8, [new("a", 1), new("A", 2)]);
        Assert.Equal((1ul, 2ul), (type.FindValue("a"), type.FindValue("A")));
    }

    [Fact]
    public void Signed_and_64_bit_values_keep_their_bits()
    {
        var signed = new EnumType(ScalarType.Integer(32, true, ByteOrder.BigEndian), [new("Failed", -1)]);
        Assert.Equal("FFFFFFFF", Convert.ToHexString(signed.ToBytes("failed")));
        Assert.Equal("Failed", signed.Read(signed.ToBytes(-1)));
        var wide = new EnumType(ScalarType.UInt64, [new("All", -1)]);
        Assert.Equal("All", wide.Read(wide.ToBytes(ulong.MaxValue)));
    }

    [Fact]
    public void Unknown_member_is_refused()
    {
        Assert.Equal("'Dorp' cannot be stored as enum xdp_action: it has no such member; did you mean Drop?",
            Refusal.Of(Action, "Dorp"));
        Assert.Equal("'Everything' cannot be stored as enum xdp_action: it has no such member.",
            Refusal.Of(Action, "Everything"));
        Assert.Equal("-1 cannot be stored as uint32: it takes 0 to 4294967295.", Refusal.Of(Action, -1));
    }

    [Fact]
    public void Invalid_enumeration_is_refused()
    {
        static string Message(Func<EnumType> create) => Assert.ThrowsAny<ArgumentException>(create).Message;
        Assert.StartsWith("An enumeration is an integer, not fixed.", Message(() => new EnumType(ScalarType.Fixed, [])),
            StringComparison.Ordinal);
        Assert.StartsWith("A = 256 does not fit in uint8.",
            Message(() => new EnumType(ScalarType.UInt8, [new("A", 256)])), StringComparison.Ordinal);
        Assert.StartsWith(
            "The enumeration has two members named 'A'.",
            Message(() => new EnumType(ScalarType.UInt8, [new("A", 1), new("A", 2)])),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "Int32 is not an enumeration.", Message(() => EnumType.FromNetType(typeof(int))), StringComparison.Ordinal);
    }

    [Fact]
    public void NET_enumeration_converts_to_an_enumeration_type()
    {
        var type = Assert.IsType<EnumType>(EbpfType.FromObject(typeof(DayOfWeek)));
        Assert.Equal((ScalarType.Int32, "enum DayOfWeek"), (type.Underlying, type.Name));
        Assert.Equal("Tuesday", type.Read(type.ToBytes(DayOfWeek.Tuesday)));
        Assert.Equal(type, EnumType.FromNetType(typeof(DayOfWeek)));
    }
}
