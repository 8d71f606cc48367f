using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace EbpfCat.Kernel;

/// <summary>
/// Network interfaces by rtnetlink(7), in the network namespace of the thread that makes this. What the kernel says of
/// a refusal becomes the cause in the <see cref="KernelException"/>. Not for several threads at a time.
/// </summary>
internal sealed partial class Netlink : IDisposable
{
    private readonly NetlinkSocket _socket = new();

    public IReadOnlyList<NetworkLink> GetLinks()
    {
        var links = new List<NetworkLink>();
        _socket.Exchange(
            new NetlinkMessage(Message.GetLink, Flag.Request | Flag.Dump).Fixed(default(InterfaceMessage)),
            "list the network interfaces", answer => links.Add(Read(answer.Span)));
        return links;
    }

    /// <summary>The interface of a name.</summary>
    /// <exception cref="KernelException">ENODEV: there is none.</exception>
    public NetworkLink GetLink(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return FindLink(name) ?? throw new KernelException(
            $"find the network interface '{name}'", Errno.ENODEV, "there is none of this name",
            $"There are: {string.Join(", ", GetLinks().Select(link => link.Name))}.");
    }

    /// <summary>The interface of a name, or null.</summary>
    public NetworkLink? FindLink(string name) => GetLinks().FirstOrDefault(link => link.Name == name);

    /// <summary>The interface of an index, or null.</summary>
    public NetworkLink? FindLink(int index)
    {
        NetworkLink? link = null;
        try
        {
            _socket.Exchange(
                new NetlinkMessage(Message.GetLink, Flag.Request | Flag.Acknowledge)
                    .Fixed(new InterfaceMessage { Index = index }),
                $"find the network interface with index {index}",
                answer => link = Read(answer.Span));
        }
        catch (KernelException refusal) when (refusal.Errno == Errno.ENODEV)
        {
        }

        return link;
    }

    /// <summary>Attaches an XDP program to an interface without a link, or detaches it.</summary>
    /// <param name="program">The program; null to detach the one there is.</param>
    /// <param name="flags">The mode; with <see cref="XdpFlags.Replace"/> only the program expected is replaced.</param>
    /// <param name="expected">The program expected; null for none (Linux 5.7).</param>
    public void SetXdpProgram(
        int index, ProgramDescriptor? program, XdpFlags flags = XdpFlags.None, ProgramDescriptor? expected = null)
    {
        using var borrowed = FileDescriptor.Borrow(program, absent: -1);
        using var borrowedExpected = FileDescriptor.Borrow(expected, absent: -1);
        var (number, expectedNumber) = (borrowed.Number, borrowedExpected.Number);
        _socket.Exchange(
            new NetlinkMessage(Message.SetLink, Flag.Request | Flag.Acknowledge)
                .Fixed(new InterfaceMessage { Index = index })
                .Nest(LinkAttribute.Xdp, nest =>
                {
                    nest.Attribute(XdpAttribute.Descriptor, number).Attribute(XdpAttribute.Flags, (int)flags);
                    if (flags.HasFlag(XdpFlags.Replace))
                        nest.Attribute(XdpAttribute.ExpectedDescriptor, expectedNumber);
                }),
            program is null
                ? $"detach the XDP program of interface {index}"
                : $"attach an XDP program to interface {index}");
    }

    /// <summary>Makes a pair of virtual Ethernet interfaces (veth(4)). Both are down.</summary>
    /// <param name="name">The name of the one in this network namespace.</param>
    /// <param name="peerNamespace">The network namespace of the other; null for this one.</param>
    public void CreateVethPair(string name, string peerName, FileDescriptor? peerNamespace = null)
    {
        using var borrowed = FileDescriptor.Borrow(peerNamespace, absent: -1);
        var number = borrowed.Number;
        _socket.Exchange(
            new NetlinkMessage(Message.NewLink, Flag.Request | Flag.Acknowledge | Flag.Create | Flag.Exclusive)
                .Fixed(default(InterfaceMessage))
                .Attribute(LinkAttribute.Name, name)
                .Nest(LinkAttribute.Information, information => information.Attribute(InformationAttribute.Kind, "veth")
                    .Nest(InformationAttribute.Data, data => data.Nest(InformationAttribute.VethPeer, peer =>
                        {
                            peer.Fixed(default(InterfaceMessage)).Attribute(LinkAttribute.Name, peerName);
                            if (number >= 0) peer.Attribute(LinkAttribute.NamespaceDescriptor, number);
                        }))),
            $"create the veth pair '{name}' and '{peerName}'");
    }

    public void SetUp(int index) =>
        _socket.Exchange(
            new NetlinkMessage(Message.SetLink, Flag.Request | Flag.Acknowledge)
                .Fixed(new InterfaceMessage { Index = index, Flags = 1, Change = 1 }),
            $"set interface {index} up");

    /// <summary>Removes a virtual interface, and its peer.</summary>
    public void DeleteLink(int index) =>
        _socket.Exchange(
            new NetlinkMessage(Message.DeleteLink, Flag.Request | Flag.Acknowledge)
                .Fixed(new InterfaceMessage { Index = index }),
            $"delete interface {index}");

    /// <summary>Gives an interface an address; IPv6 without duplicate address detection, usable at once.</summary>
    /// <param name="prefixLength">The length of the network's prefix in bits.</param>
    public void AddAddress(int index, IPAddress address, int prefixLength)
    {
        const byte NoDuplicateDetection = 2;
        _socket.Exchange(
            new NetlinkMessage(Message.NewAddress, Flag.Request | Flag.Acknowledge | Flag.Create | Flag.Exclusive)
                .Fixed(new AddressMessage
                {
                    Family = FamilyOf(address),
                    PrefixLength = (byte)prefixLength,
                    Flags = NoDuplicateDetection,
                    Index = index,
                })
                .Attribute(AddressAttribute.Local, address)
                .Attribute(AddressAttribute.Address, address),
            $"add the address {address}/{prefixLength} to interface {index}");
    }

    /// <summary>Tells an interface the link-layer address of a neighbour for good, so that nobody has to ask.</summary>
    public void AddNeighbor(int index, IPAddress address, PhysicalAddress linkAddress)
    {
        const ushort Permanent = 0x80;
        _socket.Exchange(
            new NetlinkMessage(Message.NewNeighbor, Flag.Request | Flag.Acknowledge | Flag.Create | Flag.Replace)
                .Fixed(new NeighborMessage { Family = FamilyOf(address), Index = index, State = Permanent })
                .Attribute(NeighborAttribute.Destination, address)
                .Attribute(NeighborAttribute.LinkAddress, linkAddress.GetAddressBytes()),
            $"add the neighbor {address} to interface {index}");
    }

    public void Dispose() => _socket.Dispose();

    private static byte FamilyOf(IPAddress address) =>
        (byte)(address.AddressFamily == AddressFamily.InterNetworkV6 ? 10 : 2);

    private static NetworkLink Read(ReadOnlySpan<byte> answer)
    {
        var header = MemoryMarshal.Read<InterfaceMessage>(answer);
        var link = new NetworkLink { Index = header.Index, Flags = header.Flags };
        var attributes = new NetlinkAttributes(answer[Marshal.SizeOf<InterfaceMessage>()..]);
        while (attributes.Next())
        {
            link = attributes.Type switch
            {
                LinkAttribute.Name => link with { Name = attributes.String },
                LinkAttribute.Address => link with { Address = new PhysicalAddress(attributes.Value.ToArray()) },
                LinkAttribute.Mtu => link with { MaximumTransmissionUnit = (int)attributes.UInt32 },
                LinkAttribute.Information => link with { Kind = ReadKind(attributes.Value) },
                LinkAttribute.Xdp => ReadXdp(link, attributes.Value),
                _ => link,
            };
        }

        return link;
    }

    private static string? ReadKind(ReadOnlySpan<byte> information)
    {
        var attributes = new NetlinkAttributes(information);
        while (attributes.Next())
        {
            if (attributes.Type == InformationAttribute.Kind) return attributes.String;
        }

        return null;
    }

    private static NetworkLink ReadXdp(NetworkLink link, ReadOnlySpan<byte> xdp)
    {
        var attributes = new NetlinkAttributes(xdp);
        while (attributes.Next())
        {
            link = attributes.Type switch
            {
                XdpAttribute.Attached => link with { XdpMode = (XdpAttached)attributes.Value[0] },
                XdpAttribute.ProgramId => link with { XdpProgramId = attributes.UInt32 },
                XdpAttribute.NativeProgramId => link with { XdpNativeProgramId = attributes.UInt32 },
                XdpAttribute.GenericProgramId => link with { XdpGenericProgramId = attributes.UInt32 },
                XdpAttribute.OffloadProgramId => link with { XdpOffloadProgramId = attributes.UInt32 },
                _ => link,
            };
        }

        return link.XdpProgramId != 0
            ? link
            : link with
            {
                XdpProgramId = new[] { link.XdpNativeProgramId, link.XdpGenericProgramId, link.XdpOffloadProgramId }
                    .FirstOrDefault(id => id != 0),
            };
    }

    // Numbers of linux/rtnetlink.h, linux/netlink.h, linux/if_link.h, linux/if_addr.h and linux/neighbour.h.
    private static class Message
    {
        public const ushort NewLink = 16;
        public const ushort DeleteLink = 17;
        public const ushort GetLink = 18;
        public const ushort SetLink = 19;
        public const ushort NewAddress = 20;
        public const ushort NewNeighbor = 28;
    }

    private static class Flag
    {
        public const ushort Request = 1;
        public const ushort Acknowledge = 4;
        public const ushort Echo = 8;
        public const ushort Replace = 0x100;
        public const ushort Exclusive = 0x200;
        public const ushort Dump = 0x300;
        public const ushort Create = 0x400;
    }

    private static class LinkAttribute
    {
        public const ushort Address = 1;
        public const ushort Name = 3;
        public const ushort Mtu = 4;
        public const ushort Information = 18;
        public const ushort NamespaceDescriptor = 28;
        public const ushort Xdp = 43;
    }

    private static class InformationAttribute
    {
        public const ushort Kind = 1;
        public const ushort Data = 2;
        public const ushort VethPeer = 1;
    }

    private static class XdpAttribute
    {
        public const ushort Descriptor = 1;
        public const ushort Attached = 2;
        public const ushort Flags = 3;
        public const ushort ProgramId = 4;
        public const ushort NativeProgramId = 5;
        public const ushort GenericProgramId = 6;
        public const ushort OffloadProgramId = 7;
        public const ushort ExpectedDescriptor = 8;
    }

    private static class AddressAttribute
    {
        public const ushort Address = 1;
        public const ushort Local = 2;
    }

    private static class NeighborAttribute
    {
        public const ushort Destination = 1;
        public const ushort LinkAddress = 2;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct InterfaceMessage
    {
        public byte Family;
        public byte Padding;
        public ushort Type;
        public int Index;
        public uint Flags;
        public uint Change;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct AddressMessage
    {
        public byte Family;
        public byte PrefixLength;
        public byte Flags;
        public byte Scope;
        public int Index;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct NeighborMessage
    {
        public byte Family;
        public byte Padding;
        public ushort Padding2;
        public int Index;
        public ushort State;
        public byte Flags;
        public byte Type;
    }
}
