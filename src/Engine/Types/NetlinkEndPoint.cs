using System.Net;

namespace EbpfCat.Types;

/// <summary>The address of a netlink socket (<c>struct sockaddr_nl</c>, netlink(7)).</summary>
public sealed class NetlinkEndPoint : EndPoint, IEquatable<NetlinkEndPoint>
{
    /// <summary>The address of a socket, with its multicast groups.</summary>
    public NetlinkEndPoint(uint portId, uint groups) => (PortId, Groups) = (portId, groups);

    /// <summary>The socket, mostly the id of its process; 0 for the kernel.</summary>
    public uint PortId { get; }

    /// <summary>The multicast groups, a bit for each.</summary>
    public uint Groups { get; }

    /// <summary>As <c>netlink:1234</c>, with the groups where there are any.</summary>
    public override string ToString() => Groups == 0
        ? string.Create(CultureInfo.InvariantCulture, $"netlink:{PortId}")
        : string.Create(CultureInfo.InvariantCulture, $"netlink:{PortId} groups 0x{Groups:x}");

    /// <summary>Compares port id and groups.</summary>
    public bool Equals(NetlinkEndPoint? other) => other is not null && (PortId, Groups) == (other.PortId, other.Groups);

    public override bool Equals(object? obj) => Equals(obj as NetlinkEndPoint);

    public override int GetHashCode() => HashCode.Combine(PortId, Groups);
}
