using System.Net;
using System.Net.Sockets;
using EbpfCat.Btf;
using EbpfCat.Types;

namespace EbpfCat.Tests.Types;

public sealed class SocketAddressTypeTests
{
    [Theory]
    [InlineData("02007a697f000001", "127.0.0.1:31337")]
    [InlineData("0a00005000000000000000000000000000000000000000010000000000000000", "[::1]:80")]
    [InlineData("0a00005000000000fe80000000000000000000000000000102000000", "[fe80::1%2]:80")]
    [InlineData("01002f746d702f61003838", "/tmp/a")]
    [InlineData("0100006162", "@ab")]
    [InlineData("1000000005000000010000", "netlink:5 groups 0x1")]
    [InlineData("0100", "unix")]
    [InlineData("0000", "unspecified")]
    [InlineData("280000000102", "vsock:00000102")]
    [InlineData("fe00", "254")]
    [InlineData("feff01", "65534:01")]
    [InlineData("ffff", "65535")]
    [InlineData("0100ff41", "unix:\ufffdA")]
    [InlineData("010000ff41", "unix:@\ufffdA")]
    public void Address_family_selects_the_layout(string hexadecimal, string text)
    {
        var bytes = new byte[SocketAddressType.Instance.Size];
        Convert.FromHexString(hexadecimal).CopyTo(bytes, 0);
        Assert.Equal(text, SocketAddressType.Instance.Read(bytes)!.ToString());
    }

    [Fact]
    public void Socket_addresses_round_trip()
    {
        object[] addresses =
        [
            new IPEndPoint(IPAddress.Parse("10.0.0.1"), 443), new IPEndPoint(IPAddress.Parse("2001:db8::1"), 53),
            new NetlinkEndPoint(7, 3),
            OtherEndPoint.Unreadable, new OtherEndPoint(0, []), new OtherEndPoint(0xffff, [1]),
            new UnixDomainSocketEndPoint("/run/a"), new UnixDomainSocketEndPoint("\0abstract"),
        ];
        foreach (var address in addresses)
        {
            Assert.Equal(address, SocketAddressType.Instance.Read(SocketAddressType.Instance.ToBytes(address)));
        }

        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 80),
            SocketAddressType.Instance.Read(SocketAddressType.Instance.ToBytes("127.0.0.1:80")));
        Assert.Throws<TypeConversionException>(() => SocketAddressType.Instance.ToBytes(80));
        Assert.Throws<TypeConversionException>(() => new SocketAddressType(16).ToBytes(addresses[1]));
    }

    [Fact]
    public void Type_name_includes_the_size()
    {
        Assert.Equal(new SocketAddressType(), EbpfType.Parse("sockaddr"));
        Assert.Equal(new SocketAddressType(28), EbpfType.Parse("sockaddr[28]"));
        Assert.Equal("sockaddr[28]", new SocketAddressType(28).Name);
        Assert.False(EbpfType.TryParse("sockaddr[8]", out _));
    }

    [Fact]
    public void Map_types_round_trip_through_the_kernel()
    {
        EbpfType[] types =
        [
            new SocketAddressType(28), StatisticsType.Instance, HistogramType.Instance, StackType.Instance,
            TextListType.Instance,
        ];
        foreach (var type in types)
        {
            var builder = new BtfBuilder();
            var id = builder.AddType(type);
            Assert.Equal(type, BtfTypes.Parse(builder.ToBytes())[id].ToEbpfType());
        }
    }
}
