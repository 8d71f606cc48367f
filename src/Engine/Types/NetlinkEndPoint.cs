namespace EbpfCat.Types;

/// <summary>The address of a netlink socket (<c>struct sockaddr_nl</c>, netlink(7)).</summary>
/// <param name="PortId">The socket, mostly the id of its process; 0 for the kernel.</param>
/// <param name="Groups">The multicast groups, a bit for each.</param>
public sealed record NetlinkEndPoint(uint PortId, uint Groups)
{
    /// <summary>As <c>netlink:1234</c>, with the groups where there are any.</summary>
    public override string ToString() => Groups == 0
        ? string.Create(CultureInfo.InvariantCulture, $"netlink:{PortId}")
        : string.Create(CultureInfo.InvariantCulture, $"netlink:{PortId} groups 0x{Groups:x}");
}
