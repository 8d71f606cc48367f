using System.Net;
using EbpfCat.Types;

namespace EbpfCat.Tests.Types;

public class PrefixTypeTests
{
    [Theory]
    [InlineData("prefix4", "10.0.0.0/8", 8, "0A000000")]
    [InlineData("prefix4", "0.0.0.0/0", 0, "00000000")]
    [InlineData("prefix4", "10.1.2.3/32", 32, "0A010203")]
    [InlineData("prefix4", "10.1.2.2/31", 31, "0A010202")]
    [InlineData("prefix6", "2001:db8::/32", 32, "20010DB8000000000000000000000000")]
    [InlineData("prefix6", "::/0", 0, "00000000000000000000000000000000")]
    [InlineData("ipprefix", "10.0.0.0/8", 136, "00000000000000000000FFFF0A000000")]
    [InlineData("ipprefix", "0.0.0.0/0", 128, "00000000000000000000FFFF00000000")]
    [InlineData("ipprefix", "2001:db8::/32", 64, "20010DB8000000000000000000000000")]
    [InlineData("ipprefix", "::/0", 32, "00000000000000000000000000000000")]
    [InlineData("ipprefix", "::ffff:0:0/96", 128, "00000000000000000000FFFF00000000")]
    [InlineData("ipprefix", "::ffff:10.0.0.0/104", 136, "00000000000000000000FFFF0A000000")]
    public void Prefix_has_a_length_and_an_address(string text, string value, uint length, string hex)
    {
        var type = (PrefixType)EbpfType.Parse(text);
        byte[] bytes = type.ToBytes(value);
        Assert.Equal(length, BitConverter.ToUInt32(bytes));
        Assert.Equal(hex, Convert.ToHexString(bytes[type.AddressOffset..]));
        Assert.Equal(IPNetwork.Parse(value), type.Read(bytes));
        Assert.Equal(bytes, type.ToBytes(IPNetwork.Parse(value)));
    }

    [Theory]
    [InlineData("prefix4", "10.1.2.3", "10.1.2.3/32")]
    [InlineData("ipprefix", "10.1.2.3", "10.1.2.3/32")]
    [InlineData("ipprefix", "::1", "::1/128")]
    public void Address_alone_is_a_prefix_of_full_length(string text, string address, string network)
    {
        EbpfType type = EbpfType.Parse(text);
        Assert.Equal(IPNetwork.Parse(network), type.Read(type.ToBytes(address)));
        Assert.Equal(IPNetwork.Parse(network), type.Read(type.ToBytes(IPAddress.Parse(address))));
    }

    [Theory]
    [InlineData("prefix4", 8, AddressKind.IPv4)]
    [InlineData("prefix6", 20, AddressKind.IPv6)]
    [InlineData("ipprefix", 24, AddressKind.IPAddress)]
    public void Prefix_has_the_layout_of_a_trie_key(string text, int size, AddressKind kind)
    {
        var type = Assert.IsType<PrefixType>(EbpfType.Parse(text));
        Assert.Equal((size, 4, kind, text), (type.Size, type.Alignment, type.Kind, type.Name));
        Assert.Equal(kind, type.Address.Kind);
    }

    [Fact]
    public void Bits_after_the_prefix_are_ignored_on_read()
    {
        byte[] bytes = [0, 0, 0, 0, 10, 1, 2, 3];
        BitConverter.TryWriteBytes(bytes, 12u);
        Assert.Equal(IPNetwork.Parse("10.0.0.0/12"), PrefixType.IPv4.Read(bytes));
    }

    [Fact]
    public void Prefix_length_beyond_the_address_is_refused_on_read()
    {
        byte[] bytes = new byte[8];
        BitConverter.TryWriteBytes(bytes, 33u);
        var error = Assert.Throws<TypeConversionException>(() => PrefixType.IPv4.Read(bytes));
        Assert.Equal("A prefix of 33 bits is not a prefix4: it has at most 32.", error.Message);
    }

    [Theory]
    [InlineData("10.0.0.0/8", "68000000" + "00000000000000000000FFFF0A000000")]
    [InlineData("2001:db8::/32", "20000000" + "20010DB8000000000000000000000000")]
    public void Prefix_without_family_is_read_and_written(string value, string hex)
    {
        byte[] bytes = PrefixType.WithoutFamily.ToBytes(value);
        Assert.Equal(hex, Convert.ToHexString(bytes));
        Assert.Equal(IPNetwork.Parse(value), PrefixType.WithoutFamily.Read(bytes));
    }

    [Fact]
    public void Prefix_shorter_than_its_family_is_refused_on_read() =>
        Assert.Throws<TypeConversionException>(() => PrefixType.IPAddress.Read(new byte[24]));

    private const string TakesFour = "it takes an IPv4 prefix such as 10.0.0.0/8 (ipprefix takes IPv6 too).";
    private const string TakesSix = "it takes an IPv6 prefix such as 2001:db8::/32 (ipprefix takes IPv4 too).";
    private const string TakesBoth = "it takes an IPv4 or IPv6 prefix such as 10.0.0.0/8 or 2001:db8::/32.";

    public static TheoryData<string, object?, string> Refusals => new()
    {
        { "prefix4", "10.0.0.0/33",
            "'10.0.0.0/33' cannot be stored as prefix4: the prefix length of 10.0.0.0 is 0 to 32." },
        { "ipprefix", "::/129", "'::/129' cannot be stored as ipprefix: the prefix length of :: is 0 to 128." },
        { "prefix4", "10.1.2.3/8",
            "'10.1.2.3/8' cannot be stored as prefix4: " +
            "the address has bits after its prefix; did you mean 10.0.0.0/8?" },
        { "ipprefix", "10.1.2.3/8",
            "'10.1.2.3/8' cannot be stored as ipprefix: " +
            "the address has bits after its prefix; did you mean 10.0.0.0/8?" },
        { "prefix6", "2001:db8::1/64", "'2001:db8::1/64' cannot be stored as prefix6: " +
            "the address has bits after its prefix; did you mean 2001:db8::/64?" },
        { "prefix4", "::1", $"'::1' cannot be stored as prefix4: {TakesFour}" },
        { "prefix6", "10.0.0.0/8", $"'10.0.0.0/8' cannot be stored as prefix6: {TakesSix}" },
        { "ipprefix", "10.0.0.0/", $"'10.0.0.0/' cannot be stored as ipprefix: {TakesBoth}" },
        { "ipprefix", "10.0.0.0/-1", $"'10.0.0.0/-1' cannot be stored as ipprefix: {TakesBoth}" },
        { "ipprefix", "10/8", $"'10/8' cannot be stored as ipprefix: {TakesBoth}" },
        { "ipprefix", 10, $"10 cannot be stored as ipprefix: {TakesBoth}" },
        { "ipprefix", null, $"null cannot be stored as ipprefix: {TakesBoth}" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Invalid_prefix_is_refused(string text, object? value, string message) =>
        Assert.Equal(message, Refusal.Of(EbpfType.Parse(text), value));
}
