using System.Net;
using System.Net.NetworkInformation;
using EbpfCat.Types;

namespace EbpfCat.Tests.Types;

public class AddressTypeTests
{
    [Theory]
    [InlineData("ipv4", "10.1.2.3", "0A010203", "10.1.2.3")]
    [InlineData("ipv4", "::ffff:10.1.2.3", "0A010203", "10.1.2.3")]
    [InlineData("ipv6", "2001:db8::1", "20010DB8000000000000000000000001", "2001:db8::1")]
    [InlineData("ipv6", "::ffff:10.1.2.3", "00000000000000000000FFFF0A010203", "::ffff:10.1.2.3")]
    [InlineData("ipv6", "fe80::1%2", "FE800000000000000000000000000001", "fe80::1")]
    [InlineData("ipaddress", " 10.1.2.3 ", "00000000000000000000FFFF0A010203", "10.1.2.3")]
    [InlineData("ipaddress", "::ffff:10.1.2.3", "00000000000000000000FFFF0A010203", "10.1.2.3")]
    [InlineData("ipaddress", "::", "00000000000000000000000000000000", "::")]
    [InlineData("mac", "02:00:5e:10:00:01", "02005E100001", "02005E100001")]
    [InlineData("mac", "02-00-5E-10-00-01", "02005E100001", "02005E100001")]
    [InlineData("mac", "02005e100001", "02005E100001", "02005E100001")]
    public void Address_is_in_network_byte_order(string text, string value, string hex, string read)
    {
        EbpfType type = EbpfType.Parse(text);
        byte[] bytes = type.ToBytes(value);
        Assert.Equal(hex, Convert.ToHexString(bytes));
        Assert.Equal(read, type.Read(bytes)!.ToString());
    }

    [Fact]
    public void Addresses_are_written_from_objects_and_bytes()
    {
        IPAddress four = IPAddress.Parse("10.1.2.3");
        IPAddress six = IPAddress.Parse("2001:db8::1");
        PhysicalAddress mac = PhysicalAddress.Parse("02005E100001");
        Assert.Equal(four.GetAddressBytes(), AddressType.IPv4.ToBytes(four));
        Assert.Equal(four.GetAddressBytes(), AddressType.IPv4.ToBytes(four.GetAddressBytes()));
        Assert.Equal(four.MapToIPv6().GetAddressBytes(), AddressType.IPAddress.ToBytes(four));
        Assert.Equal(four.MapToIPv6().GetAddressBytes(), AddressType.IPAddress.ToBytes(four.GetAddressBytes()));
        Assert.Equal(six.GetAddressBytes(), AddressType.IPAddress.ToBytes(six));
        Assert.Equal(six.GetAddressBytes(), AddressType.IPv6.ToBytes(six.GetAddressBytes()));
        Assert.Equal(mac.GetAddressBytes(), AddressType.Mac.ToBytes(mac));
        Assert.Equal(mac, AddressType.Mac.Read(AddressType.Mac.ToBytes(mac.GetAddressBytes())));
    }

    [Theory]
    [InlineData("ipaddress", 16, 4, AddressKind.IPAddress)]
    [InlineData("ipv4", 4, 4, AddressKind.IPv4)]
    [InlineData("ipv6", 16, 4, AddressKind.IPv6)]
    [InlineData("mac", 6, 1, AddressKind.Mac)]
    public void Address_has_the_kernel_s_layout(string text, int size, int alignment, AddressKind kind)
    {
        var type = Assert.IsType<AddressType>(EbpfType.Parse(text));
        Assert.Equal((size, alignment, kind, text), (type.Size, type.Alignment, type.Kind, type.Name));
    }

    private const string TakesFour = "it takes an IPv4 address such as 10.0.0.1 (ipaddress takes IPv6 too).";
    private const string TakesSix = "it takes an IPv6 address such as 2001:db8::1 (ipaddress takes IPv4 too).";
    private const string TakesBoth = "it takes an IPv4 or IPv6 address such as 10.0.0.1 or 2001:db8::1.";
    private const string TakesMac = "it takes an Ethernet address of 6 bytes such as 02:00:5e:10:00:01.";

    public static TheoryData<string, object?, string> Refusals => new()
    {
        { "ipv4", "2001:db8::1", $"'2001:db8::1' cannot be stored as ipv4: {TakesFour}" },
        { "ipv4", IPAddress.IPv6Loopback, $"::1 cannot be stored as ipv4: {TakesFour}" },
        { "ipv4", new byte[16], $"An array of 16 elements (Byte[]) cannot be stored as ipv4: {TakesFour}" },
        { "ipv4", 1, $"1 cannot be stored as ipv4: {TakesFour}" },
        { "ipv6", "10.0.0.1", $"'10.0.0.1' cannot be stored as ipv6: {TakesSix}" },
        { "ipv6", new byte[4], $"An array of 4 elements (Byte[]) cannot be stored as ipv6: {TakesSix}" },
        { "ipaddress", "10.1", $"'10.1' cannot be stored as ipaddress: {TakesBoth}" },
        { "ipaddress", "010.0.0.1", $"'010.0.0.1' cannot be stored as ipaddress: {TakesBoth}" },
        { "ipaddress", "[::1]:80", $"'[::1]:80' cannot be stored as ipaddress: {TakesBoth}" },
        { "ipaddress", "localhost", $"'localhost' cannot be stored as ipaddress: {TakesBoth}" },
        { "ipaddress", null, $"null cannot be stored as ipaddress: {TakesBoth}" },
        { "ipaddress", PhysicalAddress.None, $" (PhysicalAddress) cannot be stored as ipaddress: {TakesBoth}" },
        { "ipaddress", new byte[5], $"An array of 5 elements (Byte[]) cannot be stored as ipaddress: {TakesBoth}" },
        { "mac", "02:00:5e:10:00", $"'02:00:5e:10:00' cannot be stored as mac: {TakesMac}" },
        { "mac", "here", $"'here' cannot be stored as mac: {TakesMac}" },
        { "mac", new PhysicalAddress(
            new byte[8]), $"0000000000000000 (PhysicalAddress) cannot be stored as mac: {TakesMac}" },
        { "mac", IPAddress.Loopback, $"127.0.0.1 cannot be stored as mac: {TakesMac}" },
        { "mac", null, $"null cannot be stored as mac: {TakesMac}" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Invalid_address_is_refused(string text, object? value, string message) =>
        Assert.Equal(message, Refusal.Of(EbpfType.Parse(text), value));
}
