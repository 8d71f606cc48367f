using System.Net;
using EbpfCat.Attachments;
using EbpfCat.Kernel;

namespace EbpfCat.Tests.Kernel;

/// <summary>Two network namespaces with a veth pair between them. Dispose always removes them.</summary>
internal sealed class VethPair : IDisposable
{
    public const string Near = "near0";
    public const string Far = "far0";

    public static readonly IPAddress NearAddress = IPAddress.Parse("10.77.0.1");
    public static readonly IPAddress FarAddress = IPAddress.Parse("10.77.0.2");
    public static readonly IPAddress NearAddress6 = IPAddress.Parse("fd77::1");
    public static readonly IPAddress FarAddress6 = IPAddress.Parse("fd77::2");

    public VethPair()
    {
        NearNamespace.CreateVethPair(Near, FarNamespace, Far);
        NearIndex = SetUp(NearNamespace, Near, NearAddress, NearAddress6);
        FarIndex = SetUp(FarNamespace, Far, FarAddress, FarAddress6);
    }

    public NetworkNamespace NearNamespace { get; } = NetworkNamespace.Create();

    public NetworkNamespace FarNamespace { get; } = NetworkNamespace.Create();

    public int NearIndex { get; private set; }

    public int FarIndex { get; private set; }

    public NetworkLink NearLink => NearNamespace.Run(() =>
    {
        using var netlink = new Netlink();
        return netlink.GetLink(Near);
    });

    public void Dispose()
    {
        NearNamespace.Dispose();
        FarNamespace.Dispose();
    }

    private static int SetUp(NetworkNamespace place, string name, IPAddress address, IPAddress address6)
    {
        place.AddAddress(name, address, 24);
        place.AddAddress(name, address6, 64);
        return place.Run(() => Interfaces.IndexOf(name));
    }
}
